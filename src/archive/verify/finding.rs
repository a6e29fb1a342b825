//! The classes of what can be wrong with an archive, and one finding.
//!
//! Knows: codes and words. Must not know: how a finding is made.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize, Serializer};

use super::view::DocumentId;
use crate::diagnostic::{Code, Diagnostic, Family, Place, Severity, Text};

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident $code:literal $key:literal $severity:ident $vi:literal $en:literal;)*) => {
        /// What is wrong. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Class { $(#[doc = $en] $name,)* }

        impl Class {
            /// Every class.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its stable code.
            pub fn code(self) -> Code {
                match self { $(Self::$name => Code::new(Family::K, $code),)* }
            }

            /// Its stable name: `renamed`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// How bad.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            fn sentence(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($vi, $en),)* }
            }
        }
    };
}

classes! {
    Missing 101 "missing" Error "tệp của văn bản bị mất" "the document's file is missing";
    Modified 102 "modified" Error "nội dung tệp đã bị thay đổi" "the file's content was changed";
    Truncated 103 "truncated" Error "tệp bị cắt ngắn" "the file was cut short";
    Zero 104 "zero" Error "tệp rỗng, 0 byte" "the file is empty, 0 bytes";
    Longer 105 "longer" Error "tệp dài hơn lúc lưu" "the file is longer than when it was filed";
    Extra 106 "extra" Error "tệp lạ, sổ đăng ký không có" "unknown file, not in the register";
    EmptyFolder 107 "empty-folder" Warning "thư mục rỗng lạ" "unexpected empty folder";
    Renamed 108 "renamed" Error "tệp đã bị đổi tên hoặc chuyển chỗ" "the file was renamed or moved";
    Swapped 109 "swapped" Error "hai tệp bị tráo nội dung cho nhau" "two files have changed places";
    Duplicate 110 "duplicate" Error "bản chép thừa của một văn bản" "a surplus copy of a document";
    Replaced 111 "replaced" Error "tệp bị thay bằng nội dung của văn bản khác" "the file holds the content of another document";
    Changing 112 "changing" Error "tệp thay đổi trong lúc kiểm tra" "the file changed while it was checked";
    NoRow 113 "file-without-row" Error "tệp có trong danh mục của túi nhưng sổ không có dòng nào" "the bag lists this file, but the register has no row for it";
    Symlink 201 "symlink" Error "liên kết tượng trưng thay cho tệp" "a symbolic link instead of a file";
    HardLink 202 "hard-link" Error "tệp có thêm tên khác (liên kết cứng)" "the file has a second name (hard link)";
    FolderInPlace 203 "folder-in-place" Error "thư mục nằm ở chỗ của tệp" "a folder in the place of a file";
    Special 204 "special-file" Error "tệp đặc biệt (FIFO, socket, thiết bị)" "a special file (FIFO, socket, device)";
    UnsafePath 205 "unsafe-path" Error "tên hoặc đường dẫn không an toàn" "unsafe name or path";
    Unreadable 301 "unreadable" Error "không đọc được nên chưa kiểm tra được" "cannot be read, so it could not be checked";
    TooMuch 302 "too-much" Error "vượt giới hạn của việc kiểm tra nên chưa kiểm tra hết" "over the limits of the check, so not all of it was checked";
    Crashed 303 "check-crashed" Error "việc kiểm tra bị lỗi nên chưa có kết luận" "the check itself failed, so there is no verdict";
    UnknownContent 304 "unknown-content" Error "nội dung mà phiên bản này không biết kiểm tra" "content that this version cannot check";
    NumberTwice 401 "duplicate-number" Error "một số được cấp hai lần" "a number was given out twice";
    Gap 402 "gap" Error "số bị bỏ trống, không có lý do trong sổ" "numbers left out without a reason in the register";
    NoFile 403 "row-without-file" Error "sổ có dòng nhưng không có tệp nào" "the register has a row but no file for it";
    Unfinished 404 "unfinished" Info "số đã giữ, lô chưa chạy xong" "number reserved by a batch that has not ended";
    RowTwice 405 "duplicate-row" Error "hai dòng sổ cùng trỏ vào một tệp" "two rows of the register point at one file";
    BadRow 406 "bad-row" Error "đường dẫn trong sổ không dùng được" "the register holds a path that cannot be used";
    Backdated 407 "back-dated" Warning "ngày lùi về trước ngày của số liền trước" "the date goes back behind that of the number before it";
    ManifestMissing 501 "manifest-missing" Error "thiếu manifest-sha256.txt" "manifest-sha256.txt is missing";
    LineMissing 502 "manifest-line-missing" Error "manifest thiếu dòng của tệp này" "the manifest has no line for this file";
    LineAltered 503 "manifest-line-altered" Error "mã trong manifest khác với sổ" "the digest in the manifest differs from the register";
    LineTwice 504 "manifest-line-twice" Error "manifest ghi một tệp hai lần" "the manifest lists a file twice";
    LineMalformed 505 "manifest-line-malformed" Error "dòng manifest sai dạng" "malformed line in the manifest";
    LineForeign 506 "manifest-line-foreign" Error "manifest ghi tệp mà sổ không có" "the manifest lists a file that the register does not know";
    LineTorn 507 "manifest-line-torn" Warning "dòng cuối của manifest viết dở" "the last line of the manifest is unfinished";
    ManifestBom 508 "manifest-bom" Error "manifest bắt đầu bằng BOM" "the manifest begins with a byte order mark";
    LineBehind 509 "manifest-behind" Warning "manifest của túi đang mở chưa ghi tệp này" "the manifest of the open bag does not list this file yet";
    BagMissing 601 "bag-missing" Error "mất cả thư mục túi" "the whole bag folder is missing";
    BagForeign 602 "bag-foreign" Error "túi lạ, sổ đăng ký không có" "a bag that the register does not know";
    BagitTxt 603 "bagit-txt" Error "bagit.txt thiếu hoặc sai" "bagit.txt is missing or wrong";
    BagInfo 604 "bag-info" Error "bag-info.txt thiếu hoặc sai" "bag-info.txt is missing or wrong";
    Oxum 605 "payload-oxum" Error "Payload-Oxum không khớp sổ" "Payload-Oxum differs from the register";
    TagManifest 606 "tagmanifest" Error "tagmanifest-sha256.txt thiếu hoặc sai" "tagmanifest-sha256.txt is missing or wrong";
    TagChanged 607 "tag-file-changed" Error "tệp mô tả của túi đã bị thay đổi" "a tag file of the bag was changed";
    TagMissing 608 "tag-file-missing" Error "thiếu tệp mô tả của túi" "a tag file of the bag is missing";
    Fetch 609 "fetch-txt" Error "có fetch.txt: túi phải tự đủ, không tải tệp từ nơi khác" "fetch.txt is present: a bag must be whole, nothing is fetched from elsewhere";
    BagTwice 610 "bag-twice" Error "túi vừa nằm ở open/ vừa nằm ở bags/" "the bag is both in open/ and in bags/";
    Foreign 611 "foreign-entry" Error "mục lạ trong thư mục kho" "an unknown entry in the archive folder";
    SealUnfinished 612 "seal-unfinished" Info "túi đang niêm phong dở" "sealing of the bag has not ended";
    StagingLeft 701 "staging-left" Info "còn tệp làm dở trong staging/" "unfinished files are left in staging/";
    Quarantine 702 "quarantine" Info "có tệp chờ xem xét trong quarantine/" "files in quarantine/ wait for a person";
    GuideMissing 703 "guide-missing" Warning "thiếu DOC-TOI.txt" "DOC-TOI.txt is missing";
    JournalDamaged 901 "journal-damaged" Error "nhật trình của kho khác với sổ đăng ký" "the archive's journal differs from the register";
    JournalBehind 902 "journal-behind" Warning "nhật trình của kho chưa ghi đủ các dòng của sổ" "the archive's journal lacks the newest rows of the register";
    JournalAhead 903 "journal-ahead" Error "nhật trình của kho có dòng mà sổ đăng ký không có" "the archive's journal has rows that the register lacks";
    ReportMissing 911 "report-missing" Warning "thiếu báo cáo kiểm tra mà sổ đăng ký có ghi" "a report of a verification that the register vouches for is missing";
    ReportChanged 912 "report-changed" Error "báo cáo kiểm tra khác với điều sổ đăng ký đã ghi" "a report of a verification is not what the register vouches for";
    FolderMissing 704 "folder-missing" Error "thiếu thư mục của kho" "a folder of the archive is missing";
    TileMissing 801 "tile-missing" Error "nhật ký thiếu tệp này" "a file of the log is missing";
    TileChanged 802 "tile-changed" Error "tệp của nhật ký bị hỏng hoặc bị sửa" "a file of the log is damaged or was changed";
    LogExtra 803 "log-extra" Error "tệp lạ trong nhật ký" "an unknown entry in the log";
    CheckpointMissing 811 "checkpoint-missing" Error "nhật ký không còn điểm kiểm tra đã ký" "the log's signed checkpoint is gone";
    CheckpointInvalid 812 "checkpoint-invalid" Error "điểm kiểm tra của nhật ký không đúng" "the checkpoint is not valid";
    RolledBack 813 "rolled-back" Error "sổ đăng ký ít mục hơn nhật ký đã ký: đã bị đưa về bản cũ hoặc bị xóa dòng" "the register has fewer entries than the log has signed: it was put back to an older state, or rows were deleted";
    LogMismatch 814 "log-mismatch" Error "mục này của sổ đăng ký khác với nhật ký đã ký" "this entry of the register differs from the signed log";
    RootMismatch 815 "root-mismatch" Error "sổ đăng ký không dẫn tới gốc mà nhật ký đã ký" "the register does not lead to the root that the log has signed";
    DayMismatch 816 "day-mismatch" Error "sổ đăng ký không khớp điểm kiểm tra đã ký của ngày này" "the register does not agree with the signed checkpoint of this day";
    AnchorAhead 817 "anchor-ahead" Error "điểm kiểm tra cất nơi khác mới hơn kho này: cả kho đã bị đưa về bản cũ" "the checkpoint kept elsewhere is newer than this archive: the whole archive was put back to an older state";
    AnchorMismatch 818 "anchor-mismatch" Error "kho này không nối tiếp từ điểm kiểm tra cất nơi khác: lịch sử đã bị viết lại hoặc rẽ nhánh" "this archive does not continue from the checkpoint kept elsewhere: its history was rewritten, or it went on from a copy";
    AnchorInvalid 819 "anchor-invalid" Error "điểm kiểm tra cất nơi khác không đúng" "the checkpoint kept elsewhere is not valid";
    KeyInvalid 821 "key-invalid" Error "tệp khóa công khai sai hoặc lạ" "a wrong or unknown file among the public keys";
    KeyUnentered 822 "key-without-entry" Error "khóa công khai không có mục đổi khóa trong nhật ký" "a public key without an entry in the log";
    KeyLost 823 "public-key-missing" Error "thiếu tệp khóa công khai mà nhật ký có ghi" "a public key that the log names is missing";
    KeyWrong 824 "key-file-wrong" Error "tệp khóa ký không phải khóa đang dùng của kho" "the signing key is not the one that the archive uses";
    KeyOpen 825 "key-file-open" Error "tệp khóa ký hỏng, hoặc người khác trong máy đọc được" "the signing key is damaged, or others on this machine may read it";
    KeyMissing 826 "key-file-missing" Info "không có tệp khóa ký ở đây: kiểm tra được nhưng không ký tiếp được" "no signing key here: this can be checked but not continued";
    Unsigned 831 "unsigned-entries" Info "mục đã ghi sổ mà chưa có điểm kiểm tra nào ký" "entries that no checkpoint has signed yet";
    LogBehind 832 "log-put-back" Error "nhật ký đã bị đưa về bản cũ: điểm kiểm tra thiếu nhiều dòng của sổ hơn một lệnh bị ngắt có thể để lại" "the log was put back to an older state: its checkpoint lacks more rows of the register than an interrupted command can leave";
    Resealed 841 "resealed" Error "tệp bị thay và danh mục của túi bị sửa theo" "the file was replaced and the bag's manifest changed to match";
    SealMismatch 842 "seal-mismatch" Error "túi đã bị mở và niêm phong lại: khác với lúc niêm phong ghi trong nhật ký" "the bag was opened and sealed again: it differs from the seal that the log has";
}

impl Class {
    /// True if the archive knows a document that the register does not, or no longer: an older copy of
    /// the register was put back, or rows were taken out of it.
    pub fn is_rolled_back(self) -> bool {
        matches!(self, Self::NoRow | Self::LineForeign | Self::BagForeign | Self::JournalAhead)
    }

    /// True if it is evidence that somebody changed what was signed, rather than damage.
    pub fn is_tampering(self) -> bool {
        self.is_rolled_back()
            || matches!(
                self,
                Self::CheckpointMissing
                    | Self::CheckpointInvalid
                    | Self::RolledBack
                    | Self::LogMismatch
                    | Self::RootMismatch
                    | Self::DayMismatch
                    | Self::AnchorAhead
                    | Self::AnchorMismatch
                    | Self::AnchorInvalid
                    | Self::KeyInvalid
                    | Self::KeyUnentered
                    | Self::KeyWrong
                    | Self::LogBehind
                    | Self::Resealed
                    | Self::SealMismatch
            )
    }

    /// True if it is about a file that no row lists, whatever it holds.
    pub(super) fn is_of_a_stray(self) -> bool {
        matches!(self, Self::Extra | Self::NoRow | Self::UnsafePath | Self::Duplicate)
    }

    /// True if it means that there is no verdict, rather than a bad one.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unreadable | Self::TooMuch | Self::Crashed | Self::UnknownContent)
    }
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

#[derive(Deserialize)]
struct Row {
    code: Code,
    mend: String,
    mend_en: String,
}

#[derive(Deserialize)]
struct Rows {
    codes: Vec<Row>,
}

/// Ways out by code, from the table that `explain` reads too.
static HINTS: LazyLock<BTreeMap<Code, Text>> = LazyLock::new(|| {
    let rows: Option<Rows> = serde_json::from_str(table!("codes/k")).ok();
    let rows = rows.map(|r| r.codes).unwrap_or_default();
    rows.into_iter().map(|r| (r.code, Text::new(r.mend, r.mend_en))).collect()
});

/// The other side of a finding: the document that was swapped, copied, numbered alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Other {
    /// Its document, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// Its path.
    pub path: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path inside the archive (`bags/2026/000001/data/…`); empty for what is in the register only.
    pub path: String,
    /// Line of a manifest, from 1.
    pub line: Option<u32>,
    /// What.
    pub class: Class,
    /// Whose.
    pub document: Option<Box<DocumentId>>,
    /// The other side: where it is now, whose content it holds.
    pub other: Option<Box<Other>>,
    /// What it should be.
    pub expected: Option<String>,
    /// What it is.
    pub actual: Option<String>,
    /// Why, in words.
    pub why: Option<Text>,
}

impl Finding {
    /// A finding about a path.
    pub fn new(class: Class, path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            path,
            line: None,
            class,
            document: None,
            other: None,
            expected: None,
            actual: None,
            why: None,
        }
    }

    /// With its document.
    pub fn of(mut self, document: &DocumentId) -> Self {
        self.document = Some(Box::new(document.clone()));
        self
    }

    /// With a line.
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// With the other side.
    pub fn with(mut self, document: Option<&DocumentId>, path: impl Into<String>) -> Self {
        let other = Other { document: document.cloned(), path: path.into() };
        self.other = Some(Box::new(other));
        self
    }

    /// With what it should be and what it is.
    pub fn values(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.actual = Some(actual.into());
        self
    }

    /// With what it is.
    pub fn actual(mut self, actual: impl Into<String>) -> Self {
        self.actual = Some(actual.into());
        self
    }

    /// With the reason in words.
    pub fn why(mut self, why: Text) -> Self {
        self.why = Some(why);
        self
    }

    /// How bad.
    pub fn severity(&self) -> Severity {
        self.class.severity()
    }

    /// The sentence for people.
    pub fn message(&self) -> Text {
        let (vi, en) = self.class.sentence();
        let (mut vi, mut en) = (vi.to_owned(), en.to_owned());
        if let Some(other) = &self.other {
            let code = other.document.as_ref().map(|d| d.code.as_str());
            let name = [code, Some(other.path.as_str()).filter(|p| !p.is_empty())];
            let name: Vec<&str> = name.into_iter().flatten().collect();
            let name = name.join(", ");
            vi.push_str(&format!(" ↔ {name}"));
            en.push_str(&format!(" ↔ {name}"));
        }
        match (&self.expected, &self.actual) {
            (Some(want), Some(is)) => {
                vi.push_str(&format!(" (phải là {want}, thực tế {is})"));
                en.push_str(&format!(" (must be {want}, is {is})"));
            }
            (None, Some(is)) => {
                vi.push_str(&format!(": {is}"));
                en.push_str(&format!(": {is}"));
            }
            (Some(want), None) => {
                vi.push_str(&format!(" (phải là {want})"));
                en.push_str(&format!(" (must be {want})"));
            }
            (None, None) => {}
        }
        if let Some(why) = &self.why {
            vi.push_str(&format!(": {}", why.vi));
            en.push_str(&format!(": {}", why.en));
        }
        Text::new(vi, en)
    }

    /// The way out.
    pub fn hint(&self) -> Option<Text> {
        HINTS.get(&self.class.code()).cloned()
    }

    /// The same as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut place = Place::default().line(self.line.unwrap_or(0));
        place.file = Some(self.path.clone()).filter(|p| !p.is_empty());
        place.item = self.document.as_ref().map(|d| d.code.clone());
        let mut out = Diagnostic::new(self.class.code(), self.severity(), place, self.message());
        out.hint = self.hint();
        out
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            code: Code,
            class: Class,
            severity: Severity,
            #[serde(skip_serializing_if = "str::is_empty")]
            path: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            line: Option<u32>,
            #[serde(skip_serializing_if = "Option::is_none")]
            document: Option<&'a DocumentId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            other: Option<&'a Other>,
            #[serde(skip_serializing_if = "Option::is_none")]
            expected: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            actual: Option<&'a str>,
            message: Text,
            #[serde(skip_serializing_if = "Option::is_none")]
            hint: Option<Text>,
        }
        Shown {
            code: self.class.code(),
            class: self.class,
            severity: self.severity(),
            path: &self.path,
            line: self.line,
            document: self.document.as_deref(),
            other: self.other.as_deref(),
            expected: self.expected.as_deref(),
            actual: self.actual.as_deref(),
            message: self.message(),
            hint: self.hint(),
        }
        .serialize(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Explained {
        code: Code,
        name: String,
        severity: Severity,
        rule: String,
        rule_en: String,
    }

    #[derive(Deserialize)]
    struct All {
        codes: Vec<Explained>,
    }

    #[test]
    fn every_class_is_explained_and_says_the_same() {
        let text = include_str!("../../../templates/codes/k.toml");
        let all: All = toml::from_str(text).expect("a table of codes");
        let explained: BTreeMap<Code, &Explained> = all.codes.iter().map(|r| (r.code, r)).collect();
        assert_eq!(explained.len(), all.codes.len(), "a code stands twice");
        for class in Class::ALL {
            let row = explained.get(&class.code()).unwrap_or_else(|| panic!("{class:?}"));
            assert_eq!((row.name.as_str(), row.severity), (class.name(), class.severity()));
            assert!(!row.rule.is_empty() && !row.rule_en.is_empty(), "{class:?}");
            let hint = Finding::new(*class, "x").hint();
            assert!(hint.is_some_and(|h| !h.vi.is_empty() && !h.en.is_empty()), "{class:?}");
        }
        assert_eq!(explained.len(), Class::ALL.len());
    }

    #[test]
    fn what_is_unknown_is_never_only_information() {
        assert!(
            Class::ALL.iter().filter(|c| c.is_unknown()).all(|c| c.severity() == Severity::Error)
        );
    }

    #[test]
    fn evidence_of_change_is_told_from_damage() {
        let of = |which: fn(Class) -> bool| {
            let classes = Class::ALL.iter().filter(|c| which(**c));
            classes.map(|c| c.code().to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(Class::is_rolled_back), "K0113 K0506 K0602 K0903");
        assert_eq!(
            of(Class::is_tampering),
            "K0113 K0506 K0602 K0903 K0811 K0812 K0813 K0814 K0815 K0816 K0817 K0818 K0819 K0821 K0822 K0824 K0832 K0841 K0842"
        );
        assert_eq!(of(Class::is_of_a_stray), "K0106 K0110 K0113 K0205");
        assert_eq!(of(Class::is_unknown), "K0301 K0302 K0303 K0304");
    }

    #[test]
    fn a_finding_says_all_that_is_known_of_it() {
        let document = DocumentId {
            seq: 7,
            code: "05/KH-SNV".into(),
            series: "SNV:ke-hoach".into(),
            year: 2026,
            number: 5,
            date: jiff::civil::date(2026, 3, 5),
        };
        let plain = || Finding::new(Class::Renamed, "bags/x");
        let says =
            |finding: Finding| finding.message().en.replace(Class::Renamed.sentence().1, "…");
        assert_eq!(says(plain()), "…");
        assert_eq!(says(plain().with(Some(&document), "bags/y")), "… ↔ 05/KH-SNV, bags/y");
        assert_eq!(says(plain().with(Some(&document), "")), "… ↔ 05/KH-SNV");
        assert_eq!(says(plain().with(None, "bags/y")), "… ↔ bags/y");
        assert_eq!(says(plain().values("1", "2")), "… (must be 1, is 2)");
        assert_eq!(says(plain().actual("2")), "…: 2");
        let expected = Finding { expected: Some("1".into()), ..plain() };
        assert_eq!(says(expected), "… (must be 1)");
        assert_eq!(says(plain().why(Text::new("vì", "because"))), "…: because");
        let place = plain().of(&document).at_line(3).diagnostic().place;
        assert_eq!((place.file.as_deref(), place.line), (Some("bags/x"), Some(3)));
        assert_eq!(place.item.as_deref(), Some("05/KH-SNV"));
        assert_eq!(Finding::new(Class::Gap, "").diagnostic().place.file, None);
    }
}
