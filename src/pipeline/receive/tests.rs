//! Receiving into a scratch office.

use std::time::Duration;

use jiff::civil::date;

use super::*;
use crate::world::System;

const OFFICE: &str = r#"
[organ]
name = "SỞ NỘI VỤ"
parent = "UBND TỈNH AN HẢI"
in_text = "Sở Nội vụ tỉnh An Hải"
code = "SNV"
place = "An Hải"
"#;

fn with_office(on: Date, run: impl FnOnce(&Workspace<'_>)) {
    let dir = tempfile::tempdir().expect("a folder");
    let world = System::new(Some(on));
    let workspace =
        Workspace::from_texts(&world, dir.path(), OFFICE.into(), on).expect("an office");
    run(&workspace);
}

fn ticket(job: &str) -> Ticket {
    Ticket { job: job.into(), title: job.into(), wait: Duration::ZERO }
}

fn letter(code: &str, subject: &str) -> Arrival {
    Arrival {
        incoming: Incoming {
            organ_name: "Sở Tài chính".into(),
            code: code.into(),
            issued: Some(date(2026, 3, 2)),
            type_name: "Công văn".into(),
            subject: subject.into(),
            ..Incoming::default()
        },
        place: Place::file(format!("{subject}.pdf")),
        ..Arrival::default()
    }
}

fn pdf(code: &str, subject: &str) -> Arrival {
    let digest = sha256(subject.as_bytes());
    Arrival { sha256: Some(digest), files: 2, ..letter(code, subject) }
}

fn bring(arrivals: &[Arrival]) -> impl Fn(usize, Arrived) -> Result<Papers> + Sync + '_ {
    |index, arrived| {
        let bytes = arrivals[index].incoming.subject.clone().into_bytes();
        let stamped = format!("ĐẾN {} {}", arrived.number, arrived.date).into_bytes();
        let file = |bytes| Attachment { bytes, extension: "pdf", parts: None };
        Ok(Papers { original: file(bytes), further: vec![file(stamped)] })
    }
}

fn run(workspace: &Workspace<'_>, job: &str, arrivals: &[Arrival]) -> Received {
    receive(workspace, arrivals, &ticket(job), &bring(arrivals), &|_| {}).expect("receives")
}

fn told(received: &Received) -> Vec<String> {
    received.findings.iter().map(|d| d.code.to_string()).collect()
}

fn numbers(received: &Received) -> Vec<u32> {
    received.receipts.iter().map(|r| r.number.get()).collect()
}

#[test]
fn paper_and_files_share_one_series_and_the_original_is_kept() {
    with_office(date(2026, 3, 5), |workspace| {
        let arrivals = [pdf("1/STC", "a"), letter("2/STC", "b"), pdf("3/STC", "c")];
        let preview = preview_arrivals(workspace, &arrivals).expect("previews");
        assert_eq!(numbers(&preview), [1, 2, 3]);
        assert!(read_register(&workspace.dir).expect("looks").is_none(), "nothing was changed");
        let received = run(workspace, "a", &arrivals);
        assert_eq!((told(&received), numbers(&received)), (Vec::new(), vec![1, 2, 3]));
        let [first, paper, _] = received.receipts.as_slice() else { panic!("three") };
        assert_eq!((first.further.len(), &paper.file), (1, &None));
        let archive = workspace.dir.join("archive/open").join("2026/000001");
        let file = first.file.as_ref().expect("a file");
        assert_eq!(std::fs::read(archive.join(&file.at.path)).expect("the original"), b"a");
        let stamped = std::fs::read(archive.join(&first.further[0].at.path)).expect("the copy");
        assert_eq!(stamped, "ĐẾN 01 2026-03-05".as_bytes());
        let again = run(workspace, "a", &arrivals);
        assert_eq!((told(&again), numbers(&again)), (Vec::new(), vec![1, 2, 3]));
        assert!(again.receipts.iter().all(|r| r.earlier), "a job is not received twice");
        let options = crate::archive::verify::Options::default();
        let verified =
            crate::pipeline::verify(workspace, options, Duration::ZERO).expect("verifies");
        assert!(verified.report.findings.is_empty(), "{:?}", verified.report.findings);
    });
}

#[test]
fn what_came_before_is_said() {
    with_office(date(2026, 3, 5), |workspace| {
        run(workspace, "a", &[pdf("1/STC", "a")]);
        let twice = [pdf("9/STC", "a"), letter("1/STC", "d"), pdf("8/STC", "e"), pdf("8/STC", "e")];
        let received = run(workspace, "b", &twice);
        assert_eq!(told(&received), ["S0305", "S0304", "S0305", "S0304"]);
        assert_eq!(numbers(&received), [0; 0], "an error stops the batch");
        let vi = &received.findings[0].message.vi;
        assert!(vi.contains("số đến 01 (1/STC) ngày 05/03/2026"), "{vi}");
        let warned = run(workspace, "c", &[letter("1/STC", "d")]);
        assert_eq!((told(&warned), numbers(&warned)), (vec!["S0304".to_owned()], vec![2]));
    });
}

#[test]
fn fields_that_lack_or_contradict_are_told_at_once() {
    with_office(date(2026, 3, 5), |workspace| {
        let odd = |change: fn(&mut Incoming)| {
            let mut arrival = letter("1/STC", "a");
            change(&mut arrival.incoming);
            told(&Received {
                findings: check_arrivals(workspace, None, &[arrival])
                    .expect("checks")
                    .into_iter()
                    .map(|(_, d)| d)
                    .collect(),
                ..Received::default()
            })
        };
        assert_eq!(odd(|_| {}), [""; 0]);
        assert_eq!(odd(|i| i.subject.clear()), ["S0308"]);
        assert_eq!(odd(|i| i.organ_name = " ".into()), ["S0308"]);
        assert_eq!(odd(|i| i.issued = Some(date(2026, 3, 6))), ["S0306"]);
        assert_eq!(odd(|i| i.due = Some(date(2026, 3, 4))), ["S0307"]);
        assert_eq!(odd(|i| i.organ_id = "x".into()), ["S0302"]);
        assert_eq!(odd(|i| i.secrecy = Secrecy::Secret), ["S0303"]);
    });
}

#[test]
fn of_a_secret_document_a_number_and_a_day_stand_and_no_file() {
    with_office(date(2026, 3, 5), |workspace| {
        let stub = Arrival {
            incoming: Incoming { secrecy: Secrecy::Secret, ..Incoming::default() },
            ..Arrival::default()
        };
        let with_file = Arrival { sha256: Some(sha256(b"x")), files: 1, ..stub.clone() };
        assert_eq!(told(&run(workspace, "a", &[with_file])), ["S0303"]);
        let received = run(workspace, "b", &[stub]);
        assert_eq!((told(&received), numbers(&received)), (Vec::new(), vec![1]));
    });
}

#[test]
fn a_new_year_begins_with_01_and_days_do_not_go_back() {
    with_office(date(2027, 1, 1), |workspace| {
        let on = |day| {
            let mut arrival = letter("", "a");
            arrival.incoming.arrived = Some(day);
            arrival
        };
        let arrivals = [on(date(2026, 12, 31)), on(date(2027, 1, 1)), on(date(2026, 12, 30))];
        let received = run(workspace, "a", &arrivals);
        assert_eq!(numbers(&received), [1, 1, 2]);
        assert_eq!(told(&received), ["S0102", "S0101"]);
        assert!(received.findings[1].message.vi.contains("lùi về trước"));
    });
}

#[test]
fn a_file_that_changed_meanwhile_undoes_all() {
    with_office(date(2026, 3, 5), |workspace| {
        let mut arrivals = [pdf("1/STC", "a"), pdf("2/STC", "b")];
        arrivals[1].sha256 = Some(sha256(b"other"));
        let failed = receive(workspace, &arrivals, &ticket("a"), &bring(&arrivals), &|_| {});
        assert_eq!(failed.expect_err("changed").kind, FailureKind::Input);
        assert_eq!(numbers(&run(workspace, "b", &[pdf("1/STC", "a")])), [1]);
    });
}

#[test]
fn a_code_that_many_have_is_each_senders_own() {
    with_office(date(2026, 3, 5), |workspace| {
        let of = |code: &str, organ: &str| {
            let mut arrival = letter(code, "kế hoạch công tác");
            arrival.incoming.organ_name = organ.to_owned();
            arrival
        };
        let organs = ["UBND xã Đông", "UBND xã Tây", "UBND xã Nam", "UBND xã Bắc"];
        let first: Vec<Arrival> = organs[..3].iter().map(|o| of("01/KH-UBND", o)).collect();
        assert_eq!(told(&run(workspace, "first", &first)), [""; 0]);
        let register = read_register(&workspace.dir).expect("reads").expect("is there");
        let mut all = Vec::new();
        let mut add = |seq: u64, organ: &str| {
            all.push((seq, organ.to_owned()));
            Ok(())
        };
        register::Register::senders(&register, "01/KH-UBND", &mut add).expect("senders");
        let expected: Vec<(u64, String)> =
            (1..).zip(organs).take(3).map(|(seq, o)| (seq, o.to_owned())).collect();
        assert_eq!(all, expected);
        for mut senders in [Senders::default(), Senders::default().full()] {
            let mut known = |code: &str, organ: &str| {
                let entry = senders.same(&register, code, organ).expect("reads");
                entry.map(|e| e.seq)
            };
            assert_eq!(known("01/KH-UBND", "ubnd XÃ TÂY"), Some(2), "however it is written");
            assert_eq!(known("01/KH-UBND", "UBND xã Bắc"), None);
            assert_eq!(known("02/KH-UBND", "UBND xã Đông"), None);
            assert_eq!(known("01/KH-UBND", "UBND xã Đông"), Some(1));
            assert_eq!(known("01/KH-UBND", "UBND xã Nam"), Some(3));
        }
        let again: Vec<Arrival> = organs.iter().map(|o| of("01/KH-UBND", o)).collect();
        let found = told(&run(workspace, "again", &again));
        assert_eq!(found.len(), 3, "all but the last were there: {found:?}");
    });
}

#[test]
fn what_was_read_of_senders_is_forgotten_when_it_is_much() {
    with_office(date(2026, 3, 5), |workspace| {
        let arrivals = [letter("01/KH-UBND", "một"), letter("02/KH-UBND", "hai")];
        run(workspace, "job", &arrivals);
        let register = read_register(&workspace.dir).expect("reads").expect("is there");
        let organ = &arrivals[0].incoming.organ_name;
        let mut senders = Senders::default();
        for code in ["01/KH-UBND", "02/KH-UBND", "03/KH-UBND", "01/KH-UBND"] {
            senders.same(&register, code, organ).expect("reads");
        }
        assert_eq!(senders.remembered(), 3);
        let mut senders = senders.full();
        senders.same(&register, "02/KH-UBND", organ).expect("reads");
        assert_eq!(senders.remembered(), 3, "what is known is not read again");
        let found = senders.same(&register, "04/KH-UBND", organ).expect("reads");
        assert_eq!((found, senders.remembered()), (None, 1));
        let found = senders.same(&register, "01/KH-UBND", organ).expect("reads");
        assert_eq!((found.map(|e| e.seq), senders.remembered()), (Some(1), 2));
    });
}
