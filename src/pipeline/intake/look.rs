//! Looking at files: what kind they are, what they say, where a stamp would go.
//!
//! Knows: the readers of files. Must not know: which number comes next.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Intake, Looked, Looks, StampSpot, find, limits, lines};
use crate::archive::sha256;
use crate::diagnostic::{Code, Diagnostic, Place, Severity, Text};
use crate::docx;
use crate::pipeline::workspace::Workspace;
use crate::source::incoming::{FileKind, Given, codes, known_type, offer, unknown_type};
use crate::source::pdf::{Fault, Found, PageText, Pdf, TextLine};
use crate::text;

/// Basis of the stamp.
const STAMP_BASIS: &str = "Phụ lục IV mẫu V NĐ 30/2020/NĐ-CP";
/// Marks of state secrets at the head of a page (ô 10a).
const SECRET_MARKS: [&str; 3] = ["MẬT", "TỐI MẬT", "TUYỆT MẬT"];

/// The names of the decree's types.
pub(super) fn types(workspace: &Workspace<'_>) -> Vec<String> {
    let rules = &workspace.rules;
    rules.types.iter().chain(&rules.copies).map(|t| t.name.clone()).collect()
}

/// Looks at all files, several at once.
pub(super) fn look(
    workspace: &Workspace<'_>,
    intake: &Intake,
    looks: &mut Looks,
    on_file: &(dyn Fn(usize, usize) + Sync),
) {
    let types = types(workspace);
    let (done, total) = (AtomicUsize::new(0), looks.documents.len());
    let found: Vec<Vec<Diagnostic>> = looks
        .documents
        .par_iter_mut()
        .map(|document| {
            let mut found = Vec::new();
            one(workspace, intake, &types, document, &mut found);
            on_file(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            found
        })
        .collect();
    looks.findings.extend(found.into_iter().flatten());
}

fn one(
    workspace: &Workspace<'_>,
    intake: &Intake,
    types: &[String],
    document: &mut Looked,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(path) = document.path.clone() {
        file(workspace, intake, types, &path, document, found);
    }
    // Whoever has given the fields need not be told that the file does not say them.
    let given = &document.given;
    if !given.from.trim().is_empty() && !given.subject.trim().is_empty() {
        found.retain(|f| f.code != codes::NO_TEXT);
    }
    let today = workspace.world.today();
    let place = &document.place;
    if document.given.arrived.is_some_and(|d| d > today) {
        found.push(
            Diagnostic::error(
                codes::NOT_YET,
                place.clone(),
                text!("ngày đến ở sau hôm nay", "the day of arrival lies after today"),
            )
            .basis("Điều 22 NĐ 30/2020/NĐ-CP")
            .hint(text!("sửa ngày đến, hoặc để trống", "mend the day, or leave it empty")),
        );
    }
    // A sheet's types were looked at with their cells.
    let typed = intake.given.type_name.trim();
    if place.row.is_none() && !typed.is_empty() {
        found.extend(unknown_type(typed, types, place.clone()));
    }
    document.fields = document.given.clone();
    // What is offered of a secret document must not come near the book.
    if intake.accept && !document.given.secret {
        document.fields = document.given.clone().or(&document.offer);
    }
    if let Some(known) = known_type(&document.fields.type_name, types) {
        document.fields.type_name = known.to_owned();
    }
    if document.given.secret && document.path.is_none() && find::is_blank(&document.given) {
        document.fields.secret = true;
    }
}

fn file(
    workspace: &Workspace<'_>,
    intake: &Intake,
    types: &[String],
    path: &Path,
    document: &mut Looked,
    found: &mut Vec<Diagnostic>,
) {
    let limits = limits(intake.limit);
    let place = Place { file: Some(path.display().to_string()), ..document.place.clone() };
    let bytes = match workspace.world.read(path, limits.file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            found.push(fault(Fault::TooLarge, place, limits.file));
            return;
        }
        Err(error) => {
            found.push(Diagnostic::error(
                codes::FILE,
                place,
                text!("không đọc được tệp: {error}", "the file cannot be read: {error}"),
            ));
            return;
        }
    };
    document.sha256 = Some(sha256(&bytes));
    document.kind = FileKind::of(&bytes);
    match document.kind {
        None => found.push(unknown_kind(&bytes, place)),
        Some(FileKind::Pdf) => pdf(intake, types, &bytes, document, place, found),
        Some(FileKind::Docx) => match docx::read(&bytes, &path.display().to_string()) {
            Ok(sheet) => {
                let (lines, size) = lines::lines(&sheet);
                offered(document, &lines, &lines, size, types);
                if lines.is_empty() {
                    found.push(nothing_to_read(place, false));
                }
            }
            Err(failure) => {
                let (vi, en) = (&failure.message.vi, &failure.message.en);
                let message = text!("tệp Word hỏng: {vi}", "damaged Word file: {en}");
                found.push(broken(message, place));
            }
        },
        Some(_) => found.push(nothing_to_read(place, true)),
    }
}

fn offered(
    document: &mut Looked,
    first: &[TextLine],
    last: &[TextLine],
    size: (f64, f64),
    types: &[String],
) {
    document.offer = offer(first, last, size, types).given;
    let head = first.iter().filter(|l| l.baseline < size.1 * 0.4);
    if head.into_iter().any(|l| SECRET_MARKS.contains(&l.text.trim())) {
        document.given.secret = true;
        document.offer = Given::default();
    }
}

fn pdf(
    intake: &Intake,
    types: &[String],
    bytes: &[u8],
    document: &mut Looked,
    place: Place,
    found: &mut Vec<Diagnostic>,
) {
    let limits = limits(intake.limit);
    let pdf = match Pdf::open(bytes, limits) {
        Ok(pdf) => pdf,
        Err(why) => return found.push(fault(why, place, limits.file)),
    };
    document.pages = u32::try_from(pdf.page_count()).ok();
    let (first, shape) = match pdf.text(0).and_then(|text| Ok((text, pdf.shape(0)?))) {
        Ok(read) => read,
        Err(why) => return found.push(fault(why, place, limits.file)),
    };
    if first.is_empty() || first.unreadable * 2 > letters(&first) {
        found.push(nothing_to_read(place.clone(), first.scanned));
    } else {
        let last = (pdf.page_count() > 1).then(|| signed_page(&pdf)).flatten();
        let last = last.as_ref().map_or(first.lines.as_slice(), |p| p.lines.as_slice());
        offered(document, &first.lines, last, (shape.width, shape.height), types);
    }
    if !intake.stamp || document.given.secret {
        return;
    }
    match pdf.spot(intake.at, Some(&first)) {
        Ok(spot) => {
            let (x, y) = (spot.area.x, spot.area.y);
            // A further page would spoil a digital signature; an annotation does not.
            let covers = spot.found == Found::Covering && !intake.on_page && !pdf.is_signed();
            document.spot =
                Some(if covers { StampSpot::OwnSheet } else { StampSpot::OnPage(x, y) });
            let found_as = if covers { Found::OwnSheet } else { spot.found };
            found.extend(doubtful(found_as, (x, y), place));
        }
        Err(why) => found.push(no_stamp(why, intake.at.is_some(), place)),
    }
}

/// The last page that names a signer, among the last three.
fn signed_page(pdf: &Pdf<'_>) -> Option<PageText> {
    let count = pdf.page_count();
    let pages = (count.saturating_sub(3)..count).rev().filter_map(|n| pdf.text(n).ok());
    let mut pages = pages.filter(|p| !p.is_empty());
    pages.find(|p| p.lines.iter().any(|l| text::fold(&l.text).starts_with("noi nhan")))
}

fn letters(page: &PageText) -> usize {
    page.lines.iter().map(|l| l.text.chars().count()).sum()
}

fn unknown_kind(bytes: &[u8], place: Place) -> Diagnostic {
    let old = bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]);
    let message = if bytes.is_empty() {
        text!("tệp rỗng", "the file is empty")
    } else if old {
        text!(
            "tệp Word đời cũ (.doc) hoặc có mật khẩu",
            "an old Word file (.doc), or one with a password"
        )
    } else {
        text!("không phải PDF, Word (.docx) hay ảnh", "neither PDF nor Word (.docx) nor a picture")
    };
    Diagnostic::error(codes::KIND, place, message).hint(text!(
        "lưu lại thành .pdf hoặc .docx; hoặc in ra và nhận như bản giấy (--paper)",
        "save it as .pdf or .docx; or print it and receive it as paper (--paper)"
    ))
}

fn broken(message: Text, place: Place) -> Diagnostic {
    Diagnostic::error(codes::BROKEN, place, message).basis("Điều 21 khoản 2 NĐ 30/2020/NĐ-CP").hint(
        text!(
            "báo nơi gửi gửi lại; văn bản điện tử không toàn vẹn thì trả lại nơi gửi",
            "tell the sender to send it again; an electronic document that is not whole is returned"
        ),
    )
}

fn fault(why: Fault, place: Place, limit: u64) -> Diagnostic {
    let megabytes = limit >> 20;
    match why {
        Fault::TooLarge => Diagnostic::error(
            codes::TOO_LARGE,
            place,
            text!("tệp lớn hơn {megabytes} MB nên không nhận", "the file is larger than {megabytes} MB and not received"),
        )
        .hint(text!(
            "quét lại ở 200 dpi hoặc tách phụ lục; thật sự cần thì --max-size MB",
            "scan it at 200 dpi or make the annex a file of its own; if need be, --max-size MB"
        )),
        Fault::Encrypted => Diagnostic::error(
            codes::LOCKED,
            place,
            text!("tệp PDF có mật khẩu nên không đọc được", "the PDF has a password and cannot be read"),
        )
        .hint(text!(
            "xin nơi gửi bản không khóa, hoặc in ra và nhận như bản giấy (--paper)",
            "ask the sender for one without a password, or print it and receive it as paper (--paper)"
        )),
        Fault::NotPdf | Fault::Broken | Fault::OffPage => {
            broken(text!("tệp PDF hỏng hoặc bị cắt cụt", "the PDF is damaged or cut short"), place)
        }
        Fault::NoPages => {
            broken(text!("tệp PDF không có trang nào", "the PDF has no page"), place)
        }
    }
}

fn nothing_to_read(place: Place, picture: bool) -> Diagnostic {
    let message = if picture {
        text!(
            "tệp chỉ có ảnh, không có chữ để đọc các trường",
            "the file is a picture: no text to read fields from"
        )
    } else {
        text!("không đọc được chữ trong tệp", "no text of the file can be read")
    };
    Diagnostic::new(codes::NO_TEXT, Severity::Info, place, message).hint(text!(
        "nhập các trường bằng --from, --code, --date, --subject hoặc bằng bảng --sheet",
        "give the fields with --from, --code, --date, --subject or in a sheet (--sheet)"
    ))
}

fn doubtful(found: Found, (x, y): (f64, f64), place: Place) -> Option<Diagnostic> {
    let (severity, message) = match found {
        Found::Given | Found::UnderCode | Found::UnderDate | Found::Elsewhere => return None,
        Found::OwnSheet => {
            let message = text!(
                "trang đầu không còn chỗ trống 50 × 35 mm: dấu ĐẾN đóng trên một tờ thêm trước trang đầu, không che chữ nào",
                "the first page has no free place of 50 × 35 mm: the ĐẾN stamp is on a sheet put before it, and covers nothing"
            );
            return Some(
                about_stamp(codes::STAMP_PLACE, Severity::Info, place, message).hint(text!(
                    "muốn dấu trên trang đầu thì --on-page (chạm chữ ít nhất) hoặc --at X,Y",
                    "to have it on the first page use --on-page (it touches as little text as possible) or --at X,Y"
                )),
            );
        }
        Found::Usual => (
            Severity::Info,
            text!(
                "dấu ĐẾN đóng ở chỗ thường dùng ({x:.0}, {y:.0} mm) vì không đọc được trang",
                "the ĐẾN stamp is in the usual place ({x:.0}, {y:.0} mm), since the page cannot be read"
            ),
        ),
        Found::Covering => (
            Severity::Warning,
            text!(
                "trang đầu không còn chỗ trống 50 × 35 mm: dấu ĐẾN chạm vào chữ ở ({x:.0}, {y:.0} mm)",
                "the first page has no free place of 50 × 35 mm: the ĐẾN stamp touches text at ({x:.0}, {y:.0} mm)"
            ),
        ),
    };
    Some(about_stamp(codes::STAMP_PLACE, severity, place, message).hint(text!(
        "xem bản có dấu; muốn chỗ khác thì chỉ bằng --at X,Y",
        "look at the stamped copy; for another place give --at X,Y"
    )))
}

fn no_stamp(why: Fault, given: bool, place: Place) -> Diagnostic {
    let finding = |severity, message| about_stamp(codes::NO_STAMP, severity, place, message);
    match why {
        Fault::OffPage if given => finding(
            Severity::Error,
            text!(
                "chỗ --at không nằm gọn trong trang đầu",
                "the place of --at is not within the first page"
            ),
        )
        .hint(text!(
            "dấu rộng 50, cao 35 mm; đổi --at X,Y",
            "the stamp is 50 mm wide and 35 mm high; change --at X,Y"
        )),
        Fault::OffPage => finding(
            Severity::Warning,
            text!(
                "trang đầu nhỏ hơn dấu ĐẾN nên không đóng",
                "the first page is smaller than the ĐẾN stamp, so there is none"
            ),
        ),
        _ => finding(
            Severity::Warning,
            text!(
                "tệp cấm sửa nên không có bản đóng dấu ĐẾN",
                "the file must not be changed, so there is no copy with the ĐẾN stamp"
            ),
        )
        .hint(text!(
            "in nhãn dấu ĐẾN và dán lên bản in",
            "print a label with the stamp and put it on the printed document"
        )),
    }
}

fn about_stamp(code: Code, severity: Severity, place: Place, message: Text) -> Diagnostic {
    Diagnostic::new(code, severity, place, message).basis(STAMP_BASIS)
}
