//! PDFs made here by hand and two that LibreOffice made.

use super::*;
use proptest::prelude::*;

const PLAN: &[u8] = include_bytes!("../../../tests/fixtures/pdf/ke-hoach.pdf");
const LETTER: &[u8] = include_bytes!("../../../tests/fixtures/pdf/cong-van.pdf");

fn stamp() -> ArrivalStamp {
    ArrivalStamp {
        agency: "Sở Nội vụ tỉnh An Hải".into(),
        number: "3630".into(),
        date: "30/3/22".into(),
        ..ArrivalStamp::default()
    }
}

/// A file with a table of cross-references around the given objects, the first being number 1.
pub(super) fn file(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = out.len();
    let size = objects.len() + 1;
    let end =
        format!("trailer << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n");
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(end.as_bytes());
    out
}

/// A file of one page with this content and these further entries of the page.
fn page(content: &str, entries: &str) -> Vec<u8> {
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> {entries} >>"
    );
    let content = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len() + 1);
    file(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
            &page,
            &content,
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        ],
        "/ID [<00> <00>]",
    )
}

fn open(bytes: &[u8]) -> Pdf<'_> {
    Pdf::open(bytes, Limits::default()).expect("a PDF file")
}

fn texts(page: &PageText) -> Vec<&str> {
    page.lines.iter().map(|l| l.text.as_str()).collect()
}

#[test]
fn lines_and_columns_of_a_plan() {
    let pdf = open(PLAN);
    let text = pdf.text(0).expect("text");
    let lines = texts(&text);
    for line in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "THI ĐUA - KHEN THƯỞNG",
        "Số: 04/KH-HĐTĐKT",
        "Lam Giang, ngày 17 tháng 3 năm 2022",
        "KẾ HOẠCH",
        "Tổ chức hoạt động cụm, khối thi đua năm 2022",
    ] {
        assert!(lines.contains(&line), "{line}: {lines:#?}");
    }
    assert!(!text.scanned && text.unreadable == 0 && !text.cut);
    let shape = pdf.shape(0).expect("shape");
    assert!((shape.width - 210.0).abs() < 0.5 && (shape.height - 297.0).abs() < 0.5);
    let title = text.lines.iter().find(|l| l.text == "KẾ HOẠCH").expect("title");
    assert!(title.bold && (title.area.x + title.area.width / 2.0 - 112.5).abs() < 3.0, "{title:?}");
}

#[test]
fn a_sheet_of_its_own_covers_nothing() {
    for original in [PLAN, LETTER] {
        let pdf = open(original);
        let lines = [
            "Tờ đóng dấu ĐẾN".to_owned(),
            "Kế hoạch số 04/KH-HĐTĐKT: ".to_owned() + &"tổ chức ".repeat(40),
        ];
        let stamped = pdf.stamp_on_sheet(&stamp(), &lines).expect("stamped");
        assert!(stamped.appended && stamped.bytes.starts_with(original));
        assert_eq!(stamped.spot.found, Found::OwnSheet);
        let copy = open(&stamped.bytes);
        assert_eq!(copy.page_count(), pdf.page_count() + 1);
        assert_eq!(copy.shape(0).map(|s| (s.width.round(), s.height.round())), Ok((210.0, 297.0)));
        let sheet = copy.text(0).expect("the sheet");
        assert_eq!(sheet.lines[0].text, lines[0]);
        assert!(sheet.lines.len() > 3 && sheet.lines.iter().all(|l| l.area.right() < 190.0));
        assert!(!sheet.lines.iter().any(|l| l.area.meets(&stamped.spot.area)));
        assert_eq!(copy.text(1).expect("text"), pdf.text(0).expect("text"));
        let notes = copy.document.get_page_annotations(copy.pages[0]).expect("annotations");
        assert_eq!(notes.len(), 1);
        assert!(!copy.is_signed());
    }
}

#[test]
fn a_stamped_copy_begins_with_the_original() {
    for (original, found) in [(PLAN, Found::Covering), (LETTER, Found::UnderDate)] {
        let pdf = open(original);
        let stamped = pdf.stamp(&stamp(), None).expect("stamped");
        assert!(stamped.appended && stamped.bytes.starts_with(original));
        assert_eq!(stamped.spot.found, found);
        let text = pdf.text(0).expect("text");
        let covered: f64 = text.lines.iter().map(|l| l.area.shared(&stamped.spot.area)).sum();
        assert!(covered < if found == Found::Covering { 600.0 } else { 0.001 }, "{covered}");
        assert_eq!(pdf.stamp(&stamp(), None).expect("again").bytes, stamped.bytes);
        let copy = open(&stamped.bytes);
        assert_eq!(copy.page_count(), pdf.page_count());
        assert_eq!(copy.text(0).expect("text"), text);
        let notes = copy.document.get_page_annotations(copy.pages[0]).expect("annotations");
        assert_eq!(notes.len(), 1);
        assert!(stamped.bytes.len() - original.len() < 31_000, "{}", stamped.bytes.len());
        // Stamped once more, the second stamp finds its place too.
        assert!(copy.stamp(&stamp(), Some((150.0, 250.0))).expect("twice").appended);
    }
}

#[test]
fn turned_and_cropped_pages_are_seen_upright() {
    // “So” is drawn so that it is seen 20 mm from the left and 30 mm from the top.
    for (rotation, matrix) in
        [(0, "1 0 0 1 106.7 707"), (90, "0 1 -1 0 135 106.7"), (270, "0 -1 1 0 460 735.3")]
    {
        let content = format!("BT /F1 10 Tf {matrix} Tm (So: 5/KH) Tj ET");
        let entries = format!("/Rotate {rotation} /CropBox [50 50 545 792]");
        let bytes = page(&content, &entries);
        let pdf = open(&bytes);
        let shape = pdf.shape(0).expect("shape");
        assert_eq!(shape.width > shape.height, rotation != 0);
        let text = pdf.text(0).expect("text");
        assert_eq!(texts(&text), ["So: 5/KH"]);
        let area = text.lines[0].area;
        assert!(
            (area.x - 20.0).abs() < 0.5 && (area.bottom() - 30.8).abs() < 1.0,
            "{rotation}: {area:?}"
        );
        let stamped = pdf.stamp(&stamp(), None).expect("stamped");
        assert_eq!(stamped.spot.found, Found::UnderCode);
        let copy = open(&stamped.bytes);
        let notes = copy.document.get_page_annotations(copy.pages[0]).expect("annotations");
        let rect: Vec<f64> = notes[0]
            .get(b"Rect")
            .and_then(Object::as_array)
            .expect("rect")
            .iter()
            .filter_map(number)
            .collect();
        let across = (rect[2] - rect[0], rect[3] - rect[1]);
        let turned = if rotation == 0 { across } else { (across.1, across.0) };
        assert!((turned.0 - 141.7).abs() < 0.1 && (turned.1 - 99.2).abs() < 0.1, "{rect:?}");
    }
}

#[test]
fn fonts_from_before_unicode_are_read_by_their_names() {
    let read = |font: &str, hex: &str| {
        let content = format!("BT /F1 12 Tf 100 700 Td <{hex}> Tj ET");
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            format!("<< /Type /Font /Subtype /TrueType /BaseFont /{font} /Encoding /WinAnsiEncoding >>"),
        ];
        let bytes = file(&objects.iter().map(String::as_str).collect::<Vec<_>>(), "");
        texts(&open(&bytes).text(0).expect("text")).join(" ")
    };
    // “về việc thưởng” in TCVN3; AD, the soft hyphen of Latin-1, is ư.
    assert_eq!(read(".VnTime", "76D2207669D663207468ADEB6E67"), "về việc thưởng");
    assert_eq!(read("ABCDEF+.VnTimeH,Bold", "6BD52068E463"), "KẾ HỌC");
    // In VNI the tone follows its letter.
    assert_eq!(read("VNI-Times", "566965E474204E616D"), "Việt Nam");
    assert_eq!(read("TimesNewRoman", "E0"), "à");
}

#[test]
fn a_scanned_page_says_so_and_gets_the_usual_place() {
    let picture = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q";
    let bytes = page(picture, "");
    let pdf = open(&bytes);
    let text = pdf.text(0).expect("text");
    assert!(text.is_empty() && text.scanned);
    assert_eq!(pdf.stamp(&stamp(), None).map(|s| s.spot.found), Ok(Found::Usual));
}

#[test]
fn a_list_of_annotations_of_its_own_is_changed_and_not_the_page() {
    let bytes = file(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
            "<< /Type /Page /Parent 2 0 R /Annots 4 0 R >>",
            "[5 0 R]",
            "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] >>",
        ],
        "",
    );
    let stamped = open(&bytes).stamp(&stamp(), Some((20.0, 50.0))).expect("stamped");
    let added = &stamped.bytes[bytes.len()..];
    assert!(added.starts_with(b"4 0 obj") && find(added, b"\n3 0 obj").is_none());
    let copy = open(&stamped.bytes);
    assert_eq!(copy.document.get_page_annotations(copy.pages[0]).expect("annotations").len(), 2);
}

#[test]
fn what_cannot_be_read_says_why() {
    let refused = |bytes: &[u8]| Pdf::open(bytes, Limits::default()).err();
    assert_eq!(refused(b""), Some(Fault::NotPdf));
    assert_eq!(refused(b"PK\x03\x04"), Some(Fault::NotPdf));
    assert_eq!(refused(b"%PDF-1.4\nnothing"), Some(Fault::Broken));
    let small = Limits { file: 1000, ..Limits::default() };
    assert_eq!(Pdf::open(PLAN, small).err(), Some(Fault::TooLarge));
    let empty =
        file(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"], "");
    assert_eq!(refused(&empty), Some(Fault::NoPages));
    let locked = file(
        &["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"],
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (00000000000000000000000000000000) /U (00000000000000000000000000000000) >>",
    );
    assert_eq!(refused(&locked), Some(Fault::Encrypted));
}

#[test]
fn a_file_with_broken_references_is_read_and_written_anew() {
    let whole = page("BT /F1 10 Tf 100 700 Td (Xin) Tj ET", "");
    let at = find(&whole, b"startxref").expect("startxref");
    let mut broken = whole[..at].to_vec();
    broken.extend_from_slice(b"startxref\n999999\n%%EOF");
    let stamped = open(&broken).stamp(&stamp(), None).expect("stamped");
    assert!(!stamped.appended);
    let copy = open(&stamped.bytes);
    assert_eq!(texts(&copy.text(0).expect("text")), ["Xin"]);
    assert!(copy.document.xref_recovery.is_none());
}

#[test]
fn bombs_and_endless_forms_end() {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 64 << 20]).expect("deflated");
    let bomb = encoder.finish().expect("deflated");
    let mut bytes = b"%PDF-1.4\n".to_vec();
    bytes.extend_from_slice(b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>\nendobj\n");
    bytes.extend_from_slice(
        format!("4 0 obj\n<< /Filter /FlateDecode /Length {} >>\nstream\n", bomb.len()).as_bytes(),
    );
    bytes.extend_from_slice(&bomb);
    bytes.extend_from_slice(b"\nendstream\nendobj\ntrailer << /Root 1 0 R /Size 5 >>\n");
    let text = open(&bytes).text(0).expect("text");
    assert!(text.cut && text.is_empty());
    // A form that paints itself, and pages that are their own parents.
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> /Length 11 >>\nstream\n/X Do /X Do\nendstream";
    let bytes = file(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 1 /Parent 2 0 R >>",
            "<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /XObject << /X 4 0 R >> >> >>",
            form,
            "<< /Length 5 >>\nstream\n/X Do\nendstream",
        ],
        "",
    );
    assert!(open(&bytes).text(0).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn damaged_files_are_read_or_refused(
        holes in proptest::collection::vec((0..PLAN.len(), any::<u8>()), 1..40),
        end in 0..PLAN.len(),
        cut in any::<bool>(),
    ) {
        let mut bytes = PLAN.to_vec();
        for (at, byte) in holes {
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(end);
        }
        if let Ok(pdf) = Pdf::open(&bytes, Limits::default()) {
            let _ = pdf.text(0);
            if let Ok(stamped) = pdf.stamp(&stamp(), None) {
                prop_assert!(Pdf::open(&stamped.bytes, Limits::default()).is_ok());
            }
        }
    }

    #[test]
    fn any_content_is_read_to_its_end(content in "([0-9. -]{0,6}|[()<>\\[\\]/A-Za-z*'\"]{0,4}| ){0,80}") {
        let bytes = page(&content, "");
        if let Ok(pdf) = Pdf::open(&bytes, Limits::default()) {
            let _ = pdf.text(0);
        }
    }
}
