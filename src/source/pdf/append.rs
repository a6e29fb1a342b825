//! The stamped copy as a file: the original's bytes, and after them what was added.
//!
//! Knows: incremental updates with tables and with streams of cross-references. Must not know: what a stamp shows.
//!
//! Where the original's own cross-references are in order, the copy begins with its bytes and nothing in them
//! changes. A file that had to be mended to be read is written anew.

use lopdf::xref::XrefType;
use lopdf::{Dictionary, Document, Object, ObjectId, Writer};

use super::Fault;
use super::stamp::Annotation;

/// Writes the copy. True if the original's bytes are its beginning.
pub(super) fn write(
    original: &[u8],
    document: &Document,
    page: ObjectId,
    dictionary: &Dictionary,
    annotation: &Annotation<'_>,
) -> Result<(Vec<u8>, bool), Fault> {
    let free = free_number(document)?;
    let (changed, value) = with_annotation(document, page, dictionary, free);
    let mut objects = vec![(changed, serialized(&value)?)];
    let added = annotation.objects(free);
    objects.extend((free..).zip(added).map(|(number, bytes)| ((number, 0), bytes)));
    finish(original, document, &objects)
}

/// A page of its own that comes before all others.
pub(super) struct FrontPage<'a> {
    /// What is added to its annotations; it may name the page by the number that [`front_page`] gives.
    pub annotation: Annotation<'a>,
    /// Its drawing, with the fonts of the stamp.
    pub content: String,
    /// Width and height in points.
    pub size: (f64, f64),
}

/// The number that a front page will have.
pub(super) fn front_page(document: &Document) -> Result<u32, Fault> {
    free_number(document)
}

/// Writes the copy with a page put before its first. True if the original's bytes are its beginning.
pub(super) fn write_front(
    original: &[u8],
    document: &Document,
    front: &FrontPage<'_>,
) -> Result<(Vec<u8>, bool), Fault> {
    let page = free_number(document)?;
    let (content, first) = (page + 1, page + 2);
    let root = document.catalog().ok().and_then(|c| c.get(b"Pages").ok());
    let root = root.and_then(|r| r.as_reference().ok()).ok_or(Fault::Broken)?;
    let mut tree = document.get_dictionary(root).map_err(|_| Fault::Broken)?.clone();
    let kids =
        tree.get(b"Kids").and_then(|k| document.dereference(k)).map_err(|_| Fault::Broken)?;
    let mut kids = kids.1.as_array().map_err(|_| Fault::Broken)?.clone();
    let count =
        tree.get(b"Count").and_then(|c| document.dereference(c)).map_err(|_| Fault::Broken)?;
    let count = count.1.as_i64().map_err(|_| Fault::Broken)?.checked_add(1).ok_or(Fault::Broken)?;
    kids.insert(0, Object::Reference((page, 0)));
    tree.set("Kids", kids);
    tree.set("Count", count);
    let (width, height) = front.size;
    let (root_number, root_generation) = root;
    let fonts = front.annotation.fonts(first);
    let sheet = format!(
        "<< /Type /Page /Parent {root_number} {root_generation} R /MediaBox [0 0 {width:.2} {height:.2}] /Rotate 0 /Resources << /Font << {fonts} >> >> /Contents {content} 0 R /Annots [{first} 0 R] >>"
    );
    let drawing =
        format!("<< /Length {} >>\nstream\n{}\nendstream", front.content.len() + 1, front.content);
    let mut objects = vec![
        (root, serialized(&Object::Dictionary(tree))?),
        ((page, 0), sheet.into_bytes()),
        ((content, 0), drawing.into_bytes()),
    ];
    let added = front.annotation.objects(first);
    objects.extend((first..).zip(added).map(|(number, bytes)| ((number, 0), bytes)));
    finish(original, document, &objects)
}

/// The first number that no object has.
fn free_number(document: &Document) -> Result<u32, Fault> {
    let size = document.trailer.get(b"Size").and_then(Object::as_i64).unwrap_or(0);
    let free = document.max_id.checked_add(1).ok_or(Fault::Broken)?;
    let free = free.max(u32::try_from(size).unwrap_or(0));
    // Room for the new objects below the largest number that a reader must accept.
    if free > 8_388_000 { Err(Fault::Broken) } else { Ok(free) }
}

fn finish(
    original: &[u8],
    document: &Document,
    objects: &[Numbered],
) -> Result<(Vec<u8>, bool), Fault> {
    let sound = document.xref_recovery.is_none()
        && document.xref_start > 0
        && document.xref_start < original.len()
        && original.starts_with(b"%PDF-")
        && original.len() < 4_000_000_000;
    if sound {
        Ok((appended(original, document, objects)?, true))
    } else {
        Ok((anew(document, objects)?, false))
    }
}

/// The object that lists the page's annotations, with one more: the list itself where it is an
/// object of its own, else the page.
fn with_annotation(
    document: &Document,
    page: ObjectId,
    dictionary: &Dictionary,
    added: u32,
) -> (ObjectId, Object) {
    let reference = Object::Reference((added, 0));
    let listed = dictionary.get(b"Annots").ok();
    let found = listed.and_then(|l| document.dereference(l).ok());
    let list = found.and_then(|(id, list)| Some((id, list.as_array().ok()?)));
    if let Some((Some(id), list)) = list {
        let mut list = list.clone();
        list.push(reference);
        return (id, Object::Array(list));
    }
    let mut list = list.map(|(_, list)| list.clone()).unwrap_or_default();
    list.push(reference);
    let mut changed = dictionary.clone();
    changed.set("Annots", Object::Array(list));
    (page, Object::Dictionary(changed))
}

fn serialized(object: &Object) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    Writer::write_object(&mut bytes, object).map_err(|_| Fault::Broken)?;
    Ok(bytes)
}

type Numbered = (ObjectId, Vec<u8>);

fn appended(original: &[u8], document: &Document, objects: &[Numbered]) -> Result<Vec<u8>, Fault> {
    let added: usize = objects.iter().map(|(_, b)| b.len() + 64).sum();
    let mut out = Vec::with_capacity(original.len() + added + 1024);
    out.extend_from_slice(original);
    if !original.ends_with(b"\n") {
        out.push(b'\n');
    }
    let mut places: Vec<(ObjectId, usize)> = Vec::with_capacity(objects.len() + 1);
    for ((number, generation), bytes) in objects {
        places.push(((*number, *generation), out.len()));
        out.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    let next = objects.iter().map(|((number, _), _)| number + 1).max().unwrap_or(1);
    let mut trailer = Dictionary::new();
    for key in [&b"Root"[..], b"Info"] {
        if let Ok(value) = document.trailer.get(key) {
            trailer.set(key, value.clone());
        }
    }
    if let Some(id) = identity(&document.trailer, &out) {
        trailer.set("ID", id);
    }
    trailer.set("Prev", i64::try_from(document.xref_start).map_err(|_| Fault::Broken)?);
    match document.reference_table.cross_reference_type {
        XrefType::CrossReferenceTable => {
            trailer.set("Size", i64::from(next));
            out.extend_from_slice(b"xref\n");
            for ((number, generation), place) in &places {
                let entry = format!("{number} 1\n{place:010} {generation:05} n \n");
                out.extend_from_slice(entry.as_bytes());
            }
            out.extend_from_slice(b"trailer\n");
            out.extend_from_slice(&serialized(&Object::Dictionary(trailer))?);
        }
        XrefType::CrossReferenceStream => {
            places.push(((next, 0), start));
            let mut entries = Vec::with_capacity(places.len() * 7);
            let mut index = Vec::with_capacity(places.len() * 2);
            for ((number, generation), place) in &places {
                let place = u32::try_from(*place).map_err(|_| Fault::TooLarge)?;
                entries.push(1);
                entries.extend_from_slice(&place.to_be_bytes());
                entries.extend_from_slice(&generation.to_be_bytes());
                index.extend([Object::Integer(i64::from(*number)), Object::Integer(1)]);
            }
            trailer.set("Type", Object::Name(b"XRef".to_vec()));
            trailer.set("Size", i64::from(next) + 1);
            trailer.set("W", vec![Object::Integer(1), Object::Integer(4), Object::Integer(2)]);
            trailer.set("Index", index);
            trailer.set("Length", i64::try_from(entries.len()).map_err(|_| Fault::Broken)?);
            out.extend_from_slice(format!("{next} 0 obj\n").as_bytes());
            out.extend_from_slice(&serialized(&Object::Dictionary(trailer))?);
            out.extend_from_slice(b"\nstream\n");
            out.extend_from_slice(&entries);
            out.extend_from_slice(b"\nendstream\nendobj");
        }
    }
    out.extend_from_slice(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
    Ok(out)
}

/// The file's identifier: its first half stays, the second tells this version from the original.
fn identity(trailer: &Dictionary, bytes: &[u8]) -> Option<Object> {
    let list = trailer.get(b"ID").and_then(Object::as_array).ok()?;
    let first = list.first()?;
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let half = digest.as_ref().get(..16)?.to_vec();
    let second = Object::String(half, lopdf::StringFormat::Hexadecimal);
    Some(Object::Array(vec![first.clone(), second]))
}

/// The whole file written anew, for one whose cross-references were broken.
fn anew(document: &Document, objects: &[Numbered]) -> Result<Vec<u8>, Fault> {
    let mut body = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places: Vec<(ObjectId, usize)> = Vec::new();
    let mut put = |id: ObjectId, bytes: &[u8]| {
        places.push((id, body.len()));
        body.extend_from_slice(format!("{} {} obj\n", id.0, id.1).as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\nendobj\n");
    };
    let kept = |object: &Object| {
        let kind = object.as_stream().ok().and_then(|s| s.dict.get_type().ok());
        !matches!(kind, Some(b"ObjStm" | b"XRef"))
    };
    for (id, object) in &document.objects {
        if kept(object) && !objects.iter().any(|(new, _)| new == id) {
            put(*id, &serialized(object)?);
        }
    }
    for (id, bytes) in objects {
        put(*id, bytes);
    }
    places.sort_unstable();
    let start = body.len();
    let next = places.last().map_or(1, |((number, _), _)| number + 1);
    body.extend_from_slice(b"xref\n0 1\n0000000000 65535 f \n");
    for ((number, generation), place) in &places {
        body.extend_from_slice(format!("{number} 1\n{place:010} {generation:05} n \n").as_bytes());
    }
    let mut trailer = Dictionary::new();
    for key in [&b"Root"[..], b"Info", b"ID"] {
        if let Ok(value) = document.trailer.get(key) {
            trailer.set(key, value.clone());
        }
    }
    trailer.set("Size", i64::from(next));
    body.extend_from_slice(b"trailer\n");
    body.extend_from_slice(&serialized(&Object::Dictionary(trailer))?);
    body.extend_from_slice(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
    Ok(body)
}
