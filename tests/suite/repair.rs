//! Repair: every way a file is lost, and what brings it back; what cannot be had is said.
//!
//! Knows: the program's commands, the archive's folders. Must not know: how it is done.

use std::fs;
use std::path::{Path, PathBuf};

use vanthu::diagnostic::Text;
use vanthu::pipeline::filing::{Filing, Rendered};
use vanthu::pipeline::{Rerendered, Rerenderer, Workspace};
use vanthu::register::sqlite::Sqlite;
use vanthu::register::{Batch, Filter, Order, Register, Want};
use vanthu::world::System;

use crate::program::{Office, files, run};

fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let inside = entry.path().strip_prefix(from).expect("inside");
        if entry.file_type().is_dir() {
            fs::create_dir_all(to.join(inside)).expect("a folder");
        } else {
            fs::copy(entry.path(), to.join(inside)).expect("copied");
        }
    }
}

/// Small bags, so that some are sealed.
fn office() -> Office {
    let office = Office::new();
    let config = format!("{}\n[options]\nbag_size = 2\n", crate::program::CONFIG);
    office.write("vanthu.toml", config);
    office.write("don-vi.csv", "Đơn vị\nPhòng A\nPhòng B\nPhòng C\nPhòng D\nPhòng E\n");
    let said = office.run(&["run", "dot.toml"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    office
}

fn payload(office: &Path, side: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = files(&office.join("archive").join(side)).into_keys().collect();
    found.retain(|p| p.components().any(|c| c.as_os_str() == "data"));
    found
}

fn write(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("written");
}

fn assert_clean(office: &Office) {
    let said = office.run(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn every_sample_is_rendered_again_from_the_register_alone() {
    let world = System::new(None);
    let mut rendered = 0;
    for (sample, job) in
        [("day-du", "JOB.toml"), ("thu-moi", "JOB.toml"), ("khen-thuong", "dot-khen.toml")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let office = folder.path().join("co-quan");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(sample);
        copy_tree(&root, &office);
        let said = run(&office, &["run", job]);
        assert_eq!(said.code, 0, "{sample}: {}{}", said.out, said.err);
        // Only the register comes along: sources, configuration and archive stay behind.
        let alone = folder.path().join("register.db");
        let register = Sqlite::read(&office.join("register.db")).expect("reads").expect("is there");
        register.copy_to(&alone).expect("copied");
        drop(register);
        fs::remove_dir_all(&office).expect("gone");
        let register = Sqlite::read(&alone).expect("reads").expect("is there");
        let mut renderer = Rerenderer::new(&world);
        let mut entries = Vec::new();
        register
            .entries(&Filter::default(), &mut |e| {
                entries.push(e);
                Ok(())
            })
            .expect("entries");
        assert!(!entries.is_empty());
        for entry in &entries {
            let again = renderer.render(&register, entry, &entry.files[0]).expect("reads");
            let why = match again {
                Rerendered::Same(_) => None,
                Rerendered::SameParts(_) => Some(Text::new("parts", "parts")),
                Rerendered::Not(why) => Some(why),
            };
            assert_eq!(why, None, "{sample}: {} {}", entry.code(), entry.fields.subject);
            rendered += 1;
        }
    }
    assert!(rendered > 30, "{rendered}");
}

#[test]
fn lost_and_changed_documents_come_back_bit_by_bit() {
    let office = office();
    let before = files(&office.path().join("archive/bags"));
    let sealed = payload(office.path(), "bags");
    let open = payload(office.path(), "open");
    assert_eq!((sealed.len(), open.len()), (4, 1));
    let bad = b"xin chao";
    fs::remove_file(&sealed[0]).expect("gone");
    write(&sealed[1], bad);
    write(&sealed[2], b"");
    write(&open[0], bad);
    for name in ["thu.md", "don-vi.csv", "dot.toml"] {
        fs::remove_file(office.path().join(name)).expect("gone");
    }
    assert_eq!(office.run(&["verify"]).code, 1);
    let dry = office.run(&["repair", "--dry-run"]);
    assert_eq!(dry.code, 1, "{}{}", dry.out, dry.err);
    assert_eq!(fs::read(&sealed[1]).expect("still bad"), bad, "a dry run changes nothing");
    let said = office.run(&["repair"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(files(&office.path().join("archive/bags")), before, "bit by bit");
    let rights = fs::metadata(&sealed[1]).expect("there").permissions();
    assert!(rights.readonly(), "sealed files stay read-only");
    let kept = files(&office.path().join("archive/quarantine"));
    let names: Vec<String> = kept.keys().map(|p| p.display().to_string()).collect();
    assert_eq!(kept.values().filter(|b| b.as_slice() == bad).count(), 2, "{names:?}");
    assert!(names.iter().any(|n| n.contains("2026-000001_snv.")), "{names:?}");
    assert_clean(&office);
    let again = office.run(&["repair"]);
    assert_eq!(again.code, 0, "{}", again.out);
    assert_eq!(files(&office.path().join("archive/quarantine")), kept, "nothing more to do");
    let journal = fs::read_to_string(office.path().join("archive/journal/000001.jsonl"));
    let journal = journal.expect("a journal");
    assert_eq!(
        journal.matches("\\\"kind\\\":\\\"repair\\\"").count(),
        2,
        "row and leaf of one act"
    );
}

#[test]
fn what_cannot_be_rendered_comes_from_a_second_copy_or_is_named() {
    let office = office();
    let copy = tempfile::tempdir().expect("a folder");
    copy_tree(&office.path().join("archive"), copy.path());
    let sealed = payload(office.path(), "bags");
    // The register has lost what the documents were made from.
    let db = rusqlite::Connection::open(office.path().join("register.db")).expect("opens");
    db.execute("DELETE FROM blobs", []).expect("deleted");
    drop(db);
    fs::remove_file(&sealed[3]).expect("gone");
    let said = office.run(&["repair"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("CHƯA SỬA ĐƯỢC"), "{}", said.out);
    assert!(said.out.contains("không có bản sao nào"), "{}", said.out);
    assert!(said.out.contains("không còn đầu vào"), "{}", said.out);
    // A copy that is itself damaged is no source.
    let inside = sealed[3].strip_prefix(office.path().join("archive")).expect("inside");
    let good = fs::read(copy.path().join(inside)).expect("a copy");
    write(&copy.path().join(inside), b"not this");
    let from = copy.path().display().to_string();
    assert_eq!(office.run(&["repair", "--from", &from]).code, 1);
    write(&copy.path().join(inside), &good);
    let said = office.run(&["repair", "--from", &from]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(fs::read(&sealed[3]).expect("back"), good);
}

#[test]
fn swapped_and_renamed_files_go_home_and_strays_aside() {
    let office = office();
    let before = files(&office.path().join("archive/bags"));
    let sealed = payload(office.path(), "bags");
    let (one, two) = (fs::read(&sealed[0]).expect("one"), fs::read(&sealed[1]).expect("two"));
    write(&sealed[0], &two);
    write(&sealed[1], &one);
    let other = sealed[2].with_file_name("000099-aaaaaaaa.docx");
    fs::rename(&sealed[2], &other).expect("renamed");
    write(&sealed[3].with_file_name(".hidden"), b"x");
    let said = office.run(&["repair", "--format", "json"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("\"same-bag\""), "{}", said.out);
    assert_eq!(files(&office.path().join("archive/bags")), before);
    assert_clean(&office);
}

#[test]
fn tag_files_and_whole_bags_are_made_again_as_they_were_sealed() {
    let office = office();
    let bag = office.path().join("archive/bags/2026/000001");
    let before = files(&office.path().join("archive"));
    let whole = |what: &str| {
        let said = office.run(&["repair"]);
        assert_eq!(said.code, 0, "{what}: {}{}", said.out, said.err);
        for (path, bytes) in &before {
            let named = path.display().to_string();
            if ["/bags/", "/open/"].iter().any(|side| named.contains(side)) {
                assert_eq!(&fs::read(path).expect("there"), bytes, "{what}: {named}");
            }
        }
        assert_clean(&office);
    };
    for name in [
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "so-dang-ky.csv",
    ] {
        fs::remove_file(bag.join(name)).expect("gone");
        whole(name);
        let mut bytes = fs::read(bag.join(name)).expect("there");
        bytes[0] ^= 1;
        write(&bag.join(name), &bytes);
        whole(name);
    }
    fs::remove_dir_all(&bag).expect("gone");
    whole("the whole bag");
    // A document is replaced and all of the bag's lists are made to agree.
    let document = payload(office.path(), "bags")[0].clone();
    let old = vanthu::archive::sha256(&fs::read(&document).expect("there")).to_hex();
    write(&document, b"forged");
    let mut manifest = fs::read_to_string(bag.join("manifest-sha256.txt")).expect("there");
    let listed = vanthu::archive::sha256(manifest.as_bytes()).to_hex();
    manifest = manifest.replace(&old, &vanthu::archive::sha256(b"forged").to_hex());
    write(&bag.join("manifest-sha256.txt"), manifest.as_bytes());
    let tags = fs::read_to_string(bag.join("tagmanifest-sha256.txt")).expect("there");
    let tags = tags.replace(&listed, &vanthu::archive::sha256(manifest.as_bytes()).to_hex());
    write(&bag.join("tagmanifest-sha256.txt"), tags.as_bytes());
    assert_eq!(office.run(&["verify"]).code, 4);
    whole("a bag that was sealed again");
}

#[test]
fn the_journal_and_the_log_are_made_again_from_the_register() {
    let office = office();
    let journal = office.path().join("archive/journal/000001.jsonl");
    let good = fs::read_to_string(&journal).expect("a journal");
    let forged = good.replacen("Phòng A", "Phòng Z", 1);
    assert_ne!(forged, good);
    write(&journal, forged.as_bytes());
    assert_eq!(office.run(&["verify"]).code, 1);
    let said = office.run(&["repair"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let now = fs::read_to_string(&journal).expect("a journal");
    assert!(now.starts_with(&good), "the same lines, and the act after them");
    let tiles = office.path().join("archive/log/tile");
    // Each check enters its result, so the partial tiles have other names each time.
    for nth in 0..2 {
        let tile = files(&tiles).into_keys().nth(nth).expect("a tile");
        let mut bytes = fs::read(&tile).expect("a tile");
        bytes[5] ^= 1;
        write(&tile, &bytes);
        let code = office.run(&["repair"]).code;
        assert_eq!(code, 0, "{}", tile.display());
        assert_clean(&office);
    }
    for nth in 0..2 {
        let tile = files(&tiles).into_keys().nth(nth).expect("a tile");
        fs::remove_file(&tile).expect("gone");
        let code = office.run(&["repair"]).code;
        assert_eq!(code, 0, "{}", tile.display());
        assert_clean(&office);
    }
}

#[test]
fn where_the_register_is_contradicted_nothing_is_repaired() {
    let office = office();
    let sealed = payload(office.path(), "bags");
    fs::remove_file(&sealed[0]).expect("gone");
    let db = rusqlite::Connection::open(office.path().join("register.db")).expect("opens");
    db.execute_batch(
        "DROP TRIGGER entries_keep;
         UPDATE entries SET record = replace(record, '2026-11-22\"', '2026-11-21\"') WHERE seq = 2;",
    )
    .expect("changed");
    drop(db);
    let before = files(&office.path().join("archive"));
    let said = office.run(&["repair"]);
    assert_eq!(said.code, 4, "{}{}", said.out, said.err);
    assert!(said.err.contains("mâu thuẫn"), "{}", said.err);
    assert_eq!(files(&office.path().join("archive")), before, "nothing was touched");
}

#[test]
fn one_document_by_its_number() {
    let office = office();
    let sealed = payload(office.path(), "bags");
    for path in &sealed {
        fs::remove_file(path).expect("gone");
    }
    let said = office.run(&["repair", "--number", "02/SNV-VP"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let back: Vec<bool> = sealed.iter().map(|p| p.exists()).collect();
    assert_eq!(back.iter().filter(|b| **b).count(), 1, "{back:?}");
    assert_eq!(office.run(&["repair", "--number", "77/SNV-VP"]).code, 2);
    assert_eq!(office.run(&["repair"]).code, 0);
    assert_clean(&office);
}

#[test]
fn a_copy_that_is_none_is_refused() {
    let office = office();
    let here = office.path().display().to_string();
    for from in [here.as_str(), "/nonexistent-copy", "/tmp"] {
        let said = office.run(&["repair", "--from", from]);
        assert_eq!(said.code, 2, "{from}: {}{}", said.out, said.err);
    }
}

/// An office with the same documents as `from`, each of whose files another program has packed: the same parts,
/// other bytes.
fn packed_otherwise(from: &Office) -> Office {
    let register = Sqlite::read(&from.path().join("register.db")).expect("reads").expect("there");
    let (mut entries, mut inputs, mut blobs) = (Vec::new(), Vec::new(), Vec::new());
    let filter = Filter { order: Order::Registration, ..Filter::default() };
    register
        .entries(&filter, &mut |e| {
            entries.push(e);
            Ok(())
        })
        .expect("entries");
    let mut keep = |made| {
        inputs.push(made);
        Ok(())
    };
    register.kept(1..u64::MAX, &mut |k| k.made.map_or(Ok(()), &mut keep)).expect("rows");
    register
        .shared(0..u64::MAX, &mut |s| {
            blobs.push(s.bytes);
            Ok(())
        })
        .expect("inputs");
    let office = Office::new();
    let config = fs::read_to_string(from.path().join("vanthu.toml")).expect("read");
    office.write("vanthu.toml", config);
    let day = entries[0].date;
    let world = System::new(Some(day));
    let workspace = Workspace::open(&world, office.path(), day).expect("opens");
    let wait = std::time::Duration::ZERO;
    let mut filing = Filing::open(&world, office.path(), &workspace.office, wait).expect("opens");
    let blobs: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    filing.put_blobs(&blobs).expect("kept");
    let wants: Vec<Want> = entries
        .iter()
        .zip(&inputs)
        .map(|(e, made)| Want {
            series: e.series.clone(),
            date: e.date,
            row_key: made.row_key.clone(),
            input: made.input.clone(),
        })
        .collect();
    let archive = vanthu::archive::Archive::open(&world, &from.path().join("archive"));
    let archive = archive.expect("opens");
    let render = |index: usize, _| {
        let entry = &entries[index];
        let mut bytes = fs::read(archive.resolve(&entry.files[0].at)).expect("a file");
        // A comment at the end of the zip: its length are the last two bytes.
        let end = bytes.len() - 2;
        bytes[end..].copy_from_slice(&5u16.to_le_bytes());
        bytes.extend(b"other");
        Ok(Rendered {
            bytes,
            extension: "docx",
            parts: entry.files[0].parts,
            fields: entry.fields.clone(),
            further: Vec::new(),
        })
    };
    let title = "Thư mời".to_owned();
    let batch = Batch { job: inputs[0].job.clone(), title, book: entries[0].book };
    let done = filing.issue_batch(&batch, &wants, &render, &|_| {}).expect("issued");
    assert!(done.unfinished.is_none() && done.issued.len() == entries.len());
    drop(filing);
    office
}

#[test]
fn the_same_content_in_another_packing_is_filed_beside_if_that_is_accepted() {
    let office = packed_otherwise(&office());
    assert_clean(&office);
    let lost = payload(office.path(), "bags").remove(0);
    fs::remove_file(&lost).expect("gone");
    // By itself nothing is put in the place of registered bytes.
    let said = office.run(&["repair"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("--accept-parts"), "{}", said.out);
    assert!(!lost.exists());
    let names = |paths: Vec<PathBuf>| {
        paths.into_iter().filter_map(|p| p.file_name().map(PathBuf::from)).collect::<Vec<_>>()
    };
    let before = names(payload(office.path(), ""));
    let said = office.run(&["repair", "--accept-parts"]);
    assert_eq!(said.code, 1, "the original stays lost: {}{}", said.out, said.err);
    assert!(said.out.contains("bản có cùng nội dung đã được lưu ở"), "{}", said.out);
    assert!(!lost.exists(), "it does not take the place of the original");
    let after = payload(office.path(), "");
    // It may have filled the open bag, which was then sealed.
    let is_new = |p: &&PathBuf| p.file_name().is_some_and(|n| !before.contains(&PathBuf::from(n)));
    let new: Vec<&PathBuf> = after.iter().filter(is_new).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    // What was filed is registered, vouched for and checked like any file; the loss is still told.
    let said = office.run(&["verify", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let codes: Vec<&str> = answer["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| f["code"].as_str().expect("a code"))
        .collect();
    assert_eq!((said.code, codes), (1, vec!["K0101"]));
    fs::remove_file(new[0]).expect("gone");
    let said = office.run(&["verify", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(answer["findings"].as_array().map(Vec::len), Some(2));
    // The act says what it stands for.
    let register = Sqlite::read(&office.path().join("register.db")).expect("reads").expect("there");
    let mut repaired = 0;
    let repairs = vanthu::register::ActFilter {
        kinds: vec![vanthu::register::Kind::Repair],
        ..Default::default()
    };
    register
        .acts(&repairs, &mut |acted| {
            repaired += 1;
            assert!(acted.act.about.is_some() && acted.act.data.contains_key("in_place_of"));
            Ok(())
        })
        .expect("acts");
    assert_eq!(repaired, 1);
}
