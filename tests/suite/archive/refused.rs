//! The machine refuses to write: a failure with its path, its reason and the way out, and nothing lost.

use std::io::ErrorKind;
use std::path::Path;

use vanthu::archive::verify::ExitStatus;
use vanthu::archive::{Archive, BagId, FileName, FileRef};
use vanthu::diagnostic::{FailureKind, Result};
use vanthu::world::World;

use super::fixture::{Fixture, YEAR, content, lines};
use super::world::{Hooked, Op};

const BATCH: &str = "lo-2";

fn bag() -> BagId {
    BagId { year: YEAR, number: 3 }
}

/// Files one more document in the open bag, which makes it full, and seals it.
fn file_one(world: &dyn World, fixture: &mut Fixture) -> Result<()> {
    let archive = Archive::create(world, &fixture.root)?.with_bag_size(4);
    archive.recover(bag(), &fixture.register.files_of(bag()))?;
    let bags = archive.allocate(YEAR, 1, fixture.register.last())?;
    assert_eq!(bags, [bag()]);
    let name = FileName { series: "HĐTĐ:thong-bao", number: 4, extension: "docx" };
    let file = archive.stage(BATCH, bags[0], name, &content(12))?;
    archive.settle(BATCH, std::slice::from_ref(&file))?;
    fixture.register.commit("HĐTĐ:thong-bao", "TB-HĐTĐ", 4, file.clone());
    archive.record(&[file])?;
    seal(&archive, fixture)?;
    archive.end_batch(BATCH)
}

fn seal(archive: &Archive<'_>, fixture: &Fixture) -> Result<()> {
    let known = fixture.register.files_of(bag());
    archive.seal(bag(), &known, &fixture.register.csv(bag()))
}

#[test]
fn each_refusal_is_told_and_mended_by_running_again() {
    let ops = [
        (Op::CreateDir, ErrorKind::ReadOnlyFilesystem),
        (Op::Create, ErrorKind::StorageFull),
        (Op::Create, ErrorKind::QuotaExceeded),
        (Op::SyncTree, ErrorKind::Other),
        (Op::Rename, ErrorKind::PermissionDenied),
        (Op::RemoveTree, ErrorKind::PermissionDenied),
        (Op::Append, ErrorKind::StorageFull),
        (Op::List, ErrorKind::PermissionDenied),
    ];
    for (op, kind) in ops {
        let mut fixture = Fixture::new();
        let world =
            Hooked::new(move |asked, _| if asked == op { Err(kind.into()) } else { Ok(()) });
        let failed = file_one(&world, &mut fixture).expect_err("refused");
        assert!(failed.place.file.is_some() && failed.hint.is_some(), "{op:?}: {failed}");
        let expected = if op == Op::List { FailureKind::Input } else { FailureKind::Output };
        assert_eq!(failed.kind, expected, "{op:?}");
        // What was registered is whole, and running again mends the rest.
        let registered = fixture.register.rows.len() == 12;
        if registered {
            let archive = Archive::create(&fixture.world, &fixture.root).expect("opened");
            let archive = archive.with_bag_size(4);
            archive.clear_staging().expect("cleared");
            seal(&archive, &fixture).expect("sealed");
        } else {
            let archive = Archive::create(&fixture.world, &fixture.root).expect("opened");
            archive.clear_staging().expect("cleared");
            let world = Hooked::new(|_, _| Ok(()));
            file_one(&world, &mut fixture).unwrap_or_else(|e| panic!("{op:?}: {e}"));
        }
        let report = fixture.verify();
        let told: Vec<_> = lines(&report).into_iter().filter(|l| !l.starts_with("K0702")).collect();
        assert_eq!(told, [""; 0], "{op:?}");
        assert_eq!(report.exit_status(), ExitStatus::Clean);
    }
}

#[test]
fn reasons_are_told_apart() {
    let kinds = [
        (ErrorKind::StorageFull, "disk is full"),
        (ErrorKind::QuotaExceeded, "quota"),
        (ErrorKind::ReadOnlyFilesystem, "read-only"),
        (ErrorKind::PermissionDenied, "permission denied"),
    ];
    for (kind, words) in kinds {
        let mut fixture = Fixture::new();
        let world = Hooked::new(move |op, path: &Path| {
            let hit = op == Op::Create && path.to_string_lossy().contains("staging");
            if hit { Err(kind.into()) } else { Ok(()) }
        });
        let failed = file_one(&world, &mut fixture).expect_err("refused");
        assert!(failed.message.en.contains(words), "{failed}");
        assert!(failed.place.file.as_ref().is_some_and(|f| f.contains(BATCH)), "{failed}");
    }
}

#[test]
fn a_damaged_bag_is_not_sealed_over() {
    let damages: [fn(&Fixture); 4] = [
        |f| std::fs::remove_file(f.file(10)).expect("removed"),
        |f| f.edit(&f.file(10), |bytes| bytes.push(0)),
        |f| f.edit_text("open/2026/000003/manifest-sha256.txt", |t| t.replacen('a', "b", 1)),
        |f| {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"a\xff");
            std::fs::write(f.at("open/2026/000003/data").join(name), b"x").expect("written");
        },
    ];
    for damage in damages {
        let fixture = Fixture::new();
        damage(&fixture);
        let before = lines(&fixture.verify());
        let archive = Archive::open(&fixture.world, &fixture.root).expect("opened");
        let failed = seal(&archive, &fixture).expect_err("refused");
        assert!(failed.message.en.contains("not sealed"), "{failed}");
        assert_eq!(lines(&fixture.verify()), before, "the evidence stays");
    }
}

#[test]
fn unsafe_names_are_refused_before_anything_is_written() {
    let fixture = Fixture::new();
    let archive = Archive::open(&fixture.world, &fixture.root).expect("opened");
    let name = FileName { series: "../../x", number: 1, extension: "../docx" };
    let file = archive.stage("lo", bag(), name, b"x").expect("staged");
    assert!(file.at.path.starts_with("data/") && !file.at.path.contains(".."), "{}", file.at);
    for batch in ["", "..", "a/b", "/x"] {
        assert!(archive.stage(batch, bag(), name, b"x").is_err(), "{batch}");
    }
    let outside = FileRef {
        at: vanthu::archive::ArchivePath { path: "data/../../../x".to_owned(), ..file.at.clone() },
        ..file
    };
    assert!(archive.settle("lo", std::slice::from_ref(&outside)).is_err());
    assert!(archive.record(&[outside]).is_err());
}

#[test]
fn nothing_is_filed_through_a_link() {
    let mut fixture = Fixture::new();
    let series = fixture.file(10).parent().expect("a folder").to_path_buf();
    let aside = fixture.root.with_file_name("aside");
    std::fs::rename(&series, &aside).expect("moved");
    std::os::unix::fs::symlink(&aside, &series).expect("linked");
    let name = FileName { series: "HĐTĐ:thong-bao", number: 4, extension: "docx" };
    let archive = Archive::open(&fixture.world, &fixture.root).expect("opened");
    let file = archive.stage("lo", bag(), name, b"x").expect("staged");
    let failed = archive.settle("lo", &[file]).expect_err("refused");
    assert!(failed.message.en.contains("real folder"), "{failed}");
    fixture.register.rows.clear();
}

#[test]
fn a_full_bag_is_followed_by_the_next_and_open_ones_are_filled_first() {
    let fixture = Fixture::new();
    let archive = Archive::open(&fixture.world, &fixture.root).expect("opened").with_bag_size(4);
    let numbers = |bags: Vec<BagId>| bags.iter().map(|b| b.number).collect::<Vec<_>>();
    let last = fixture.register.last();
    assert_eq!(numbers(archive.allocate(YEAR, 6, last).expect("bags")), [3, 4, 4, 4, 4, 5]);
    // A register that knows a later bag than the disk: its number is not used again.
    assert_eq!(numbers(archive.allocate(YEAR, 2, Some((7, 4))).expect("bags")), [3, 8]);
    assert_eq!(numbers(archive.allocate(2027, 2, None).expect("bags")), [1, 1]);
    assert!(archive.resolve(&fixture.register.files_of(bag())[0].at).exists());
    let sealed = fixture.register.files_of(BagId { year: YEAR, number: 1 });
    assert!(archive.resolve(&sealed[0].at).exists());
}
