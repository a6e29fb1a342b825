//! One fault a row: what is broken, and exactly what verification must say, no more and no less.

use std::collections::BTreeSet;
use std::fs;

use vanthu::archive::verify::{Class, ExitStatus, Given, State};

use super::fixture::{Fixture, code, lines};

struct Fault {
    name: &'static str,
    break_it: fn(&mut Fixture),
    /// `{p1}` is the path of document 1 in the archive, `{i1}` its path without `bags/`, `{c1}` its code.
    finds: &'static [&'static str],
    exit: ExitStatus,
}

use ExitStatus::{Clean, CouldNotCheck, Findings};

const BAG1: &str = "bags/2026/000001";
const MANIFEST1: &str = "bags/2026/000001/manifest-sha256.txt";
const MANIFEST3: &str = "open/2026/000003/manifest-sha256.txt";
const TAGS1: &str = "bags/2026/000001/tagmanifest-sha256.txt";
const TAG_CHANGED: &str = "K0607 tag-file-changed bags/2026/000001/manifest-sha256.txt";

fn flip(fixture: &Fixture, n: u32, at: impl Fn(usize) -> usize) {
    fixture.edit(&fixture.file(n), |bytes| {
        let at = at(bytes.len());
        bytes[at] ^= 1;
    });
}

fn swap(fixture: &Fixture, a: u32, b: u32) {
    let (a, b) = (fixture.file(a), fixture.file(b));
    let aside = a.with_extension("aside");
    fs::rename(&a, &aside).expect("moved");
    fs::rename(&b, &a).expect("moved");
    fs::rename(&aside, &b).expect("moved");
}

fn drop_row(fixture: &mut Fixture, n: usize) {
    fixture.register.rows.remove(n - 1);
}

fn first_line_twice(text: String) -> String {
    let line = text.lines().next().expect("a line").to_owned();
    format!("{text}{line}\n")
}

fn without_first_line(text: String) -> String {
    text.split_once('\n').expect("a line").1.to_owned()
}

fn other_digest(text: String) -> String {
    format!("{}{}", if text.starts_with('0') { '1' } else { '0' }, &text[1..])
}

fn fifo(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

fn symlink(to: &std::path::Path, at: &std::path::Path) {
    std::os::unix::fs::symlink(to, at).expect("linked");
}

const FAULTS: &[Fault] = &[
    Fault { name: "nothing", break_it: |_| {}, finds: &[], exit: Clean },
    Fault {
        name: "one bit in the zip header",
        break_it: |f| flip(f, 2, |_| 0),
        finds: &["K0102 modified [{c2}] {p2}"],
        exit: Findings,
    },
    Fault {
        name: "one bit in the middle",
        break_it: |f| flip(f, 2, |len| len / 2),
        finds: &["K0102 modified [{c2}] {p2}"],
        exit: Findings,
    },
    Fault {
        name: "one bit in the last byte, open bag",
        break_it: |f| flip(f, 10, |len| len - 1),
        finds: &["K0102 modified [{c10}] {p10}"],
        exit: Findings,
    },
    Fault {
        name: "modified, same length and time",
        break_it: |f| {
            let time = fs::metadata(f.file(3)).and_then(|m| m.modified()).expect("time");
            flip(f, 3, |len| len - 50);
            let file = fs::File::options().write(true).open(f.file(3)).expect("open");
            file.set_modified(time).expect("set");
        },
        finds: &["K0102 modified [{c3}] {p3}"],
        exit: Findings,
    },
    Fault {
        name: "only the time is changed",
        break_it: |f| {
            f.edit(&f.file(3), |_| {});
        },
        finds: &[],
        exit: Clean,
    },
    Fault {
        name: "cut by one byte",
        break_it: |f| {
            f.edit(&f.file(4), |b| {
                b.pop();
            });
        },
        finds: &["K0103 truncated [{c4}] {p4}"],
        exit: Findings,
    },
    Fault {
        name: "cut at 4096",
        break_it: |f| f.edit(&f.file(4), |b| b.truncate(4096)),
        finds: &["K0103 truncated [{c4}] {p4}"],
        exit: Findings,
    },
    Fault {
        name: "cut to nothing",
        break_it: |f| f.edit(&f.file(4), Vec::clear),
        finds: &["K0104 zero [{c4}] {p4}"],
        exit: Findings,
    },
    Fault {
        name: "one byte longer",
        break_it: |f| f.edit(&f.file(11), |b| b.push(0)),
        finds: &["K0105 longer [{c11}] {p11}"],
        exit: Findings,
    },
    Fault {
        name: "deleted",
        break_it: |f| fs::remove_file(f.file(5)).expect("removed"),
        finds: &["K0101 missing [{c5}] {p5}"],
        exit: Findings,
    },
    Fault {
        name: "added in data/",
        break_it: |f| fs::write(f.at("bags/2026/000001/data/x.docx"), b"x").expect("written"),
        finds: &["K0106 extra bags/2026/000001/data/x.docx"],
        exit: Findings,
    },
    Fault {
        name: "added in an open bag",
        break_it: |f| fs::write(f.at("open/2026/000003/data/x.docx"), b"x").expect("written"),
        finds: &["K0106 extra open/2026/000003/data/x.docx"],
        exit: Findings,
    },
    Fault {
        name: "added in the root of a bag",
        break_it: |f| fs::write(f.at("bags/2026/000001/x"), b"x").expect("written"),
        finds: &["K0106 extra bags/2026/000001/x"],
        exit: Findings,
    },
    Fault {
        name: "a dot-file",
        break_it: |f| fs::write(f.at("bags/2026/000001/data/.DS_Store"), b"x").expect("written"),
        finds: &["K0106 extra bags/2026/000001/data/.DS_Store"],
        exit: Findings,
    },
    Fault {
        name: "a name outside ASCII",
        break_it: |f| fs::write(f.at("bags/2026/000001/data/é"), b"x").expect("written"),
        finds: &["K0205 unsafe-path bags/2026/000001/data/é"],
        exit: Findings,
    },
    Fault {
        name: "a name that is not UTF-8",
        break_it: |f| {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"a\xff");
            fs::write(f.at("bags/2026/000001/data").join(name), b"x").expect("written");
        },
        finds: &["K0205 unsafe-path bags/2026/000001/data/a\u{fffd}"],
        exit: Findings,
    },
    Fault {
        name: "an empty folder",
        break_it: |f| fs::create_dir(f.at("bags/2026/000001/data/new")).expect("made"),
        finds: &["K0107 empty-folder bags/2026/000001/data/new"],
        exit: Findings,
    },
    Fault {
        name: "renamed",
        break_it: |f| {
            fs::rename(f.file(6), f.at("bags/2026/000002/data/x.docx")).expect("moved");
        },
        finds: &["K0108 renamed [{c6}] {p6} -> bags/2026/000002/data/x.docx"],
        exit: Findings,
    },
    Fault {
        name: "moved to another bag",
        break_it: |f| {
            fs::rename(f.file(6), f.at("bags/2026/000001/data/x.docx")).expect("moved");
        },
        finds: &["K0108 renamed [{c6}] {p6} -> bags/2026/000001/data/x.docx"],
        exit: Findings,
    },
    Fault {
        name: "case of the name changed",
        break_it: |f| {
            let to = f.file(6).to_string_lossy().replace(".docx", ".DOCX");
            fs::rename(f.file(6), to).expect("moved");
        },
        finds: &["K0108 renamed [{c6}] {p6} -> {P6}"],
        exit: Findings,
    },
    Fault {
        name: "swapped in a bag",
        break_it: |f| swap(f, 1, 2),
        finds: &[
            "K0109 swapped [{c1}] {p1} -> [{c2}] {p2}",
            "K0109 swapped [{c2}] {p2} -> [{c1}] {p1}",
        ],
        exit: Findings,
    },
    Fault {
        name: "swapped between bags",
        break_it: |f| swap(f, 1, 10),
        finds: &[
            "K0109 swapped [{c1}] {p1} -> [{c10}] {p10}",
            "K0109 swapped [{c10}] {p10} -> [{c1}] {p1}",
        ],
        exit: Findings,
    },
    Fault {
        name: "copied under a new name",
        break_it: |f| {
            fs::copy(f.file(7), f.at("bags/2026/000002/data/y.docx")).map(drop).expect("copied");
        },
        finds: &["K0110 duplicate [{c7}] bags/2026/000002/data/y.docx -> [{c7}] {p7}"],
        exit: Findings,
    },
    Fault {
        name: "copied into another bag",
        break_it: |f| {
            fs::copy(f.file(7), f.at("open/2026/000003/data/y.docx")).map(drop).expect("copied");
        },
        finds: &["K0110 duplicate [{c7}] open/2026/000003/data/y.docx -> [{c7}] {p7}"],
        exit: Findings,
    },
    Fault {
        name: "renamed, and copied too",
        break_it: |f| {
            fs::copy(f.file(7), f.at("bags/2026/000002/data/z.docx")).map(drop).expect("copied");
            fs::rename(f.file(7), f.at("bags/2026/000002/data/y.docx")).expect("moved");
        },
        finds: &[
            "K0108 renamed [{c7}] {p7} -> bags/2026/000002/data/y.docx",
            "K0110 duplicate [{c7}] bags/2026/000002/data/z.docx -> [{c7}] {p7}",
        ],
        exit: Findings,
    },
    Fault {
        name: "overwritten with a copy of another",
        break_it: |f| {
            fs::remove_file(f.file(8)).expect("removed");
            fs::copy(f.file(7), f.file(8)).map(drop).expect("copied");
        },
        finds: &["K0111 replaced [{c8}] {p8} -> [{c7}] {p7}"],
        exit: Findings,
    },
    Fault {
        name: "moved over another",
        break_it: |f| fs::rename(f.file(7), f.file(8)).expect("moved"),
        finds: &[
            "K0108 renamed [{c7}] {p7} -> [{c8}] {p8}",
            "K0111 replaced [{c8}] {p8} -> [{c7}] {p7}",
        ],
        exit: Findings,
    },
    Fault {
        name: "a symbolic link instead, to the very file",
        break_it: |f| {
            let aside = f.root.with_file_name("aside.docx");
            fs::rename(f.file(2), &aside).expect("moved");
            symlink(&aside, &f.file(2));
        },
        finds: &["K0201 symlink [{c2}] {p2}"],
        exit: Findings,
    },
    Fault {
        name: "a link to the folder on the way",
        break_it: |f| {
            let series = f.at("bags/2026/000001/data/snv.ke-hoach");
            let aside = f.root.with_file_name("aside");
            fs::rename(&series, &aside).expect("moved");
            symlink(&aside, &series);
        },
        finds: &[
            "K0101 missing [{c1}] {p1}",
            "K0101 missing [{c2}] {p2}",
            "K0101 missing [{c3}] {p3}",
            "K0101 missing [{c4}] {p4}",
            "K0201 symlink bags/2026/000001/data/snv.ke-hoach",
        ],
        exit: Findings,
    },
    Fault {
        name: "a link to a device beside the files",
        break_it: |f| {
            symlink("/dev/zero".as_ref(), &f.at("bags/2026/000001/data/zero"));
        },
        finds: &["K0201 symlink bags/2026/000001/data/zero"],
        exit: Findings,
    },
    Fault {
        name: "a hard link",
        break_it: |f| {
            fs::hard_link(f.file(2), f.root.with_file_name("second")).expect("linked");
        },
        finds: &["K0202 hard-link [{c2}] {p2}"],
        exit: Findings,
    },
    Fault {
        name: "a folder in the place of a file",
        break_it: |f| {
            fs::remove_file(f.file(2)).expect("removed");
            fs::create_dir(f.file(2)).expect("made");
        },
        finds: &["K0203 folder-in-place [{c2}] {p2}"],
        exit: Findings,
    },
    Fault {
        name: "a FIFO in the place of a file",
        break_it: |f| {
            fs::remove_file(f.file(2)).expect("removed");
            fifo(&f.file(2));
        },
        finds: &["K0204 special-file [{c2}] {p2}"],
        exit: Findings,
    },
    Fault {
        name: "a FIFO beside the files, and as a manifest",
        break_it: |f| {
            fifo(&f.at("bags/2026/000001/data/pipe"));
            fs::remove_file(f.at("bags/2026/000002/manifest-sha256.txt")).expect("removed");
            fifo(&f.at("bags/2026/000002/manifest-sha256.txt"));
        },
        finds: &[
            "K0204 special-file bags/2026/000001/data/pipe",
            "K0204 special-file bags/2026/000002/manifest-sha256.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "a manifest line removed",
        break_it: |f| f.edit_text(MANIFEST1, without_first_line),
        finds: &[
            "K0502 manifest-line-missing [{c1}] bags/2026/000001/manifest-sha256.txt",
            TAG_CHANGED,
        ],
        exit: Findings,
    },
    Fault {
        name: "a manifest line removed from an open bag",
        break_it: |f| f.edit_text(MANIFEST3, without_first_line),
        finds: &["K0509 manifest-behind [{c9}] open/2026/000003/manifest-sha256.txt"],
        exit: Findings,
    },
    Fault {
        name: "a manifest line altered",
        break_it: |f| f.edit_text(MANIFEST3, other_digest),
        finds: &["K0503 manifest-line-altered [{c9}] open/2026/000003/manifest-sha256.txt:1"],
        exit: Findings,
    },
    Fault {
        name: "a manifest line twice",
        break_it: |f| f.edit_text(MANIFEST1, first_line_twice),
        finds: &[
            "K0504 manifest-line-twice [{c1}] bags/2026/000001/manifest-sha256.txt:5",
            TAG_CHANGED,
        ],
        exit: Findings,
    },
    Fault {
        name: "a malformed manifest line",
        break_it: |f| f.edit_text(MANIFEST3, |text| text + "what is this\n"),
        finds: &["K0505 manifest-line-malformed open/2026/000003/manifest-sha256.txt:4"],
        exit: Findings,
    },
    Fault {
        name: "a manifest line for a file that is not",
        break_it: |f| {
            f.edit_text(MANIFEST3, |text| {
                format!("{text}{}  data/none\n", vanthu::archive::sha256(b"x"))
            });
        },
        finds: &["K0506 manifest-line-foreign open/2026/000003/manifest-sha256.txt:4"],
        exit: Findings,
    },
    Fault {
        name: "a manifest line that leads out of the bag",
        break_it: |f| {
            f.edit_text(MANIFEST3, |text| {
                let digest = vanthu::archive::sha256(b"x");
                format!("{text}{digest}  data/../../../x\n{digest}  /etc/passwd\n{digest} ~/x\n")
            });
        },
        finds: &[
            "K0205 unsafe-path open/2026/000003/manifest-sha256.txt:4",
            "K0205 unsafe-path open/2026/000003/manifest-sha256.txt:5",
            "K0205 unsafe-path open/2026/000003/manifest-sha256.txt:6",
        ],
        exit: Findings,
    },
    Fault {
        name: "an unfinished last line",
        break_it: |f| {
            f.edit(&f.at(MANIFEST3), |bytes| bytes.truncate(bytes.len() - 20));
        },
        finds: &[
            "K0507 manifest-line-torn open/2026/000003/manifest-sha256.txt:3",
            "K0509 manifest-behind [{c11}] open/2026/000003/manifest-sha256.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "a byte order mark",
        break_it: |f| f.edit_text(MANIFEST3, |text| format!("\u{feff}{text}")),
        finds: &["K0508 manifest-bom open/2026/000003/manifest-sha256.txt:1"],
        exit: Findings,
    },
    Fault {
        name: "CRLF, upper case and `*` are as the RFC allows",
        break_it: |f| {
            f.edit_text(MANIFEST3, |text| {
                let line = |l: &str| format!("{} *{}\r\n", l[..64].to_uppercase(), &l[66..]);
                text.lines().map(line).collect()
            });
        },
        finds: &[],
        exit: Clean,
    },
    Fault {
        name: "no manifest",
        break_it: |f| fs::remove_file(f.at(MANIFEST1)).expect("removed"),
        finds: &["K0501 manifest-missing bags/2026/000001/manifest-sha256.txt"],
        exit: Findings,
    },
    Fault {
        name: "no manifest in the open bag",
        break_it: |f| fs::remove_file(f.at(MANIFEST3)).expect("removed"),
        finds: &["K0501 manifest-missing open/2026/000003/manifest-sha256.txt"],
        exit: Findings,
    },
    Fault {
        name: "no tag manifest",
        break_it: |f| fs::remove_file(f.at(TAGS1)).expect("removed"),
        finds: &["K0606 tagmanifest bags/2026/000001/tagmanifest-sha256.txt"],
        exit: Findings,
    },
    Fault {
        name: "a line of the tag manifest removed",
        break_it: |f| f.edit_text(TAGS1, without_first_line),
        finds: &["K0606 tagmanifest bags/2026/000001/tagmanifest-sha256.txt"],
        exit: Findings,
    },
    Fault {
        name: "a line of the tag manifest altered",
        break_it: |f| f.edit_text(TAGS1, other_digest),
        finds: &["K0607 tag-file-changed bags/2026/000001/bag-info.txt"],
        exit: Findings,
    },
    Fault {
        name: "a line of the tag manifest twice, one foreign, one malformed",
        break_it: |f| {
            f.edit_text(TAGS1, |text| {
                let foreign = vanthu::archive::sha256(b"x");
                format!("{}{foreign}  fetch.txt\nnonsense\n", first_line_twice(text))
            });
        },
        finds: &[
            "K0505 manifest-line-malformed bags/2026/000001/tagmanifest-sha256.txt:7",
            "K0606 tagmanifest bags/2026/000001/tagmanifest-sha256.txt:5",
            "K0606 tagmanifest bags/2026/000001/tagmanifest-sha256.txt:6",
        ],
        exit: Findings,
    },
    Fault {
        name: "no bagit.txt",
        break_it: |f| fs::remove_file(f.at("bags/2026/000001/bagit.txt")).expect("removed"),
        finds: &["K0603 bagit-txt bags/2026/000001/bagit.txt"],
        exit: Findings,
    },
    Fault {
        name: "bagit.txt of another version",
        break_it: |f| {
            f.edit_text("bags/2026/000001/bagit.txt", |text| text.replace("1.0", "0.9"));
        },
        finds: &[
            "K0603 bagit-txt bags/2026/000001/bagit.txt",
            "K0607 tag-file-changed bags/2026/000001/bagit.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "no bag-info.txt",
        break_it: |f| fs::remove_file(f.at("bags/2026/000001/bag-info.txt")).expect("removed"),
        finds: &["K0604 bag-info bags/2026/000001/bag-info.txt"],
        exit: Findings,
    },
    Fault {
        name: "bag-info.txt not UTF-8",
        break_it: |f| f.edit(&f.at("bags/2026/000001/bag-info.txt"), |b| b.push(0xff)),
        finds: &[
            "K0604 bag-info bags/2026/000001/bag-info.txt",
            "K0607 tag-file-changed bags/2026/000001/bag-info.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "wrong Payload-Oxum",
        break_it: |f| {
            f.edit_text("bags/2026/000001/bag-info.txt", |text| text.replace(".4\n", ".5\n"));
        },
        finds: &[
            "K0605 payload-oxum bags/2026/000001/bag-info.txt",
            "K0607 tag-file-changed bags/2026/000001/bag-info.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "the register's rows changed",
        break_it: |f| {
            f.edit_text("bags/2026/000001/so-dang-ky.csv", |text| text + "99,99/KH-SNV\n");
        },
        finds: &["K0607 tag-file-changed bags/2026/000001/so-dang-ky.csv"],
        exit: Findings,
    },
    Fault {
        name: "the register's rows removed",
        break_it: |f| fs::remove_file(f.at("bags/2026/000001/so-dang-ky.csv")).expect("removed"),
        finds: &["K0608 tag-file-missing bags/2026/000001/so-dang-ky.csv"],
        exit: Findings,
    },
    Fault {
        name: "fetch.txt",
        break_it: |f| fs::write(f.at("bags/2026/000001/fetch.txt"), b"").expect("written"),
        finds: &["K0609 fetch-txt bags/2026/000001/fetch.txt"],
        exit: Findings,
    },
    Fault {
        name: "a bag folder is gone",
        break_it: |f| fs::remove_dir_all(f.at(BAG1)).expect("removed"),
        finds: &[
            "K0601 bag-missing bags/2026/000001",
            "K0101 missing [{c1}] {p1}",
            "K0101 missing [{c2}] {p2}",
            "K0101 missing [{c3}] {p3}",
            "K0101 missing [{c4}] {p4}",
        ],
        exit: Findings,
    },
    Fault {
        name: "a bag folder has another name",
        break_it: |f| fs::rename(f.at(BAG1), f.at("bags/2026/000001-old")).expect("moved"),
        finds: &[
            "K0601 bag-missing bags/2026/000001",
            "K0602 bag-foreign bags/2026/000001-old",
            "K0101 missing [{c1}] {p1}",
            "K0101 missing [{c2}] {p2}",
            "K0101 missing [{c3}] {p3}",
            "K0101 missing [{c4}] {p4}",
        ],
        exit: Findings,
    },
    Fault {
        name: "a bag that the register does not know",
        break_it: |f| {
            let to = f.at("bags/2026/000009/data/snv.ke-hoach");
            fs::create_dir_all(&to).expect("made");
            fs::copy(f.file(1), to.join("a.docx")).map(drop).expect("copied");
        },
        finds: &[
            "K0110 duplicate [{c1}] bags/2026/000009/data/snv.ke-hoach/a.docx -> [{c1}] {p1}",
            "K0501 manifest-missing bags/2026/000009/manifest-sha256.txt",
            "K0602 bag-foreign bags/2026/000009",
            "K0603 bagit-txt bags/2026/000009/bagit.txt",
            "K0604 bag-info bags/2026/000009/bag-info.txt",
            "K0606 tagmanifest bags/2026/000009/tagmanifest-sha256.txt",
            "K0608 tag-file-missing bags/2026/000009/so-dang-ky.csv",
        ],
        exit: Findings,
    },
    Fault {
        name: "a bag both open and sealed",
        break_it: |f| {
            let to = f.at("open/2026/000001/data");
            fs::create_dir_all(&to).expect("made");
            fs::write(to.join("x"), b"x").expect("written");
        },
        finds: &[
            "K0106 extra open/2026/000001/data/x",
            "K0610 bag-twice open/2026/000001 -> bags/2026/000001",
        ],
        exit: Findings,
    },
    Fault {
        name: "strange things around the bags",
        break_it: |f| {
            fs::write(f.at("bags/x"), b"x").expect("written");
            fs::write(f.at("x"), b"x").expect("written");
            fs::create_dir(f.at("bags/26")).expect("made");
            symlink(&f.at("bags/2026"), &f.at("bags/2025"));
        },
        finds: &[
            "K0611 foreign-entry bags/2025",
            "K0611 foreign-entry bags/26",
            "K0611 foreign-entry bags/x",
            "K0611 foreign-entry x",
        ],
        exit: Findings,
    },
    Fault {
        name: "sealing was interrupted",
        break_it: |f| {
            fs::write(f.at("open/2026/000003/.bagit.txt.77.tmp"), b"x").expect("written");
            fs::write(f.at("open/2026/000003/bag-info.txt"), b"x").expect("written");
        },
        finds: &["K0612 seal-unfinished open/2026/000003"],
        exit: Clean,
    },
    Fault {
        name: "leftovers in staging and quarantine",
        break_it: |f| {
            fs::write(f.at("staging/x"), b"x").expect("written");
            fs::write(f.at("quarantine/x"), b"x").expect("written");
        },
        finds: &["K0701 staging-left staging", "K0702 quarantine quarantine"],
        exit: Clean,
    },
    Fault {
        name: "a log that this version cannot check",
        break_it: |f| fs::write(f.at("log/checkpoint"), b"x").expect("written"),
        finds: &["K0304 unknown-content log"],
        exit: CouldNotCheck,
    },
    Fault {
        name: "folders of the archive are gone",
        break_it: |f| {
            fs::remove_file(f.at("DOC-TOI.txt")).expect("removed");
            fs::remove_dir(f.at("keys")).expect("removed");
        },
        finds: &["K0703 guide-missing DOC-TOI.txt", "K0704 folder-missing keys"],
        exit: Findings,
    },
    Fault {
        name: "a number twice",
        break_it: |f| {
            f.register.rows[1].given.document.number = 1;
        },
        finds: &["K0401 duplicate-number [{c2}] -> [{c1}]", "K0402 gap [{c3}]"],
        exit: Findings,
    },
    Fault {
        name: "a row is gone from the middle",
        break_it: |f| drop_row(f, 6),
        finds: &[
            "K0113 file-without-row {g6}",
            "K0402 gap [{c7}]",
            "K0605 payload-oxum bags/2026/000002/bag-info.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "the last row is gone",
        break_it: |f| drop_row(f, 11),
        finds: &["K0113 file-without-row {g11}"],
        exit: Findings,
    },
    Fault {
        name: "the first number is not the first",
        break_it: |f| {
            drop_row(f, 1);
        },
        finds: &[
            "K0113 file-without-row {g1}",
            "K0402 gap [{c2}]",
            "K0605 payload-oxum bags/2026/000001/bag-info.txt",
        ],
        exit: Findings,
    },
    Fault {
        name: "a number given up explains the gap",
        break_it: |f| {
            let mut given = f.register.rows[7].given.clone();
            given.document.number = 9;
            given.state = State::Void;
            given.files = 0;
            f.register.rows.push(super::fixture::Row { given, file: None });
        },
        finds: &[],
        exit: Clean,
    },
    Fault {
        name: "a row without a file",
        break_it: |f| {
            let mut given = f.register.rows[7].given.clone();
            given.document.number = 9;
            given.document.code = "09/KH-SNV".to_owned();
            given.files = 0;
            f.register.rows.push(super::fixture::Row { given, file: None });
        },
        finds: &["K0403 row-without-file [09/KH-SNV]"],
        exit: Findings,
    },
    Fault {
        name: "a date that goes back",
        break_it: |f| f.register.rows[4].given.document.date = jiff::civil::date(2026, 11, 20),
        finds: &["K0407 back-dated [{c5}] -> [{c4}]"],
        exit: Findings,
    },
    Fault {
        name: "a reserved number",
        break_it: |f| {
            let mut given = f.register.rows[7].given.clone();
            given.document.number = 9;
            given.document.code = "09/KH-SNV".to_owned();
            given.files = 0;
            given.state = State::Reserved;
            f.register.rows.push(super::fixture::Row { given, file: None });
        },
        finds: &["K0404 unfinished [09/KH-SNV]"],
        exit: Clean,
    },
    Fault {
        name: "two rows for one file",
        break_it: |f| {
            let row = f.register.rows[9].clone();
            f.register.rows[10].file = row.file;
        },
        finds: &["K0113 file-without-row {g11}", "K0405 duplicate-row [{c11}] {g10} -> [{c10}]"],
        exit: Findings,
    },
    Fault {
        name: "a row whose path leads out of the bag",
        break_it: |f| {
            let file = f.register.rows[10].file.as_mut().expect("a file");
            file.at.path = "data/../../../../x".to_owned();
        },
        finds: &[
            "K0108 renamed [{c11}] open/2026/000003/data/../../../../x -> {p11}",
            "K0406 bad-row [{c11}] open/2026/000003/data/../../../../x",
            "K0509 manifest-behind [{c11}] open/2026/000003/manifest-sha256.txt",
        ],
        exit: Findings,
    },
];

fn expected(fault: &Fault, fixture: &Fixture) -> BTreeSet<String> {
    let fill = |line: &&str| {
        let mut out = (*line).to_owned();
        for n in 1..=11 {
            let path = fixture.path(n);
            let inside = path.split_once('/').expect("a side").1;
            out = out
                .replace(&format!("{{p{n}}}"), &path)
                .replace(&format!("{{g{n}}}"), &path)
                .replace(&format!("{{P{n}}}"), &path.replace(".docx", ".DOCX"))
                .replace(&format!("{{i{n}}}"), inside)
                .replace(&format!("{{c{n}}}"), &code(n));
        }
        out
    };
    fault.finds.iter().map(fill).collect()
}

#[test]
fn every_fault_is_named_exactly() {
    let mut wrong = Vec::new();
    for fault in FAULTS {
        let mut fixture = Fixture::new();
        // The paths are those before the fault.
        let want = expected(fault, &fixture);
        (fault.break_it)(&mut fixture);
        let report = fixture.verify();
        let found: BTreeSet<String> = lines(&report).into_iter().collect();
        if found != want || report.exit_status() != fault.exit {
            wrong.push(format!(
                "{}:\n  found {found:#?}\n  want {want:#?}\n  {:?}, want {:?}",
                fault.name,
                report.exit_status(),
                fault.exit
            ));
        }
        assert!(report.complete || report.exit_status() != ExitStatus::Clean, "{}", fault.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_class_has_a_fault() {
    // These need a machine that refuses or changes its mind: see `reading` and `hostile`.
    let elsewhere = [Class::Changing, Class::Unreadable, Class::TooMuch, Class::Crashed];
    for class in Class::ALL {
        let code = class.code().to_string();
        // Faults of log and journal need a register with leaves: see `faults`.
        if code.starts_with("K08") || code.starts_with("K09") {
            continue;
        }
        let tried = FAULTS.iter().any(|f| f.finds.iter().any(|line| line.starts_with(&code)));
        assert!(tried || elsewhere.contains(class), "{class:?} has no fault");
    }
}

#[test]
fn given_is_what_the_view_says() {
    let fixture = Fixture::new();
    let Given { document, state, files } = fixture.register.rows[0].given.clone();
    assert_eq!((document.code.as_str(), state, files), ("01/KH-SNV", State::Registered, 1));
    let report = fixture.verify();
    assert_eq!((report.covered.files, report.covered.numbers, report.covered.bags), (11, 11, 3));
    assert!(report.complete && report.skipped == 0);
}
