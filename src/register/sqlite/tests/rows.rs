//! Which rows were issued: whatever happened before, the answer is that of who reads every row.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::super::rows::PART;
use super::*;
use crate::register::{Kind, NewAct};

/// Jobs of which the index keeps the same letters, or none.
const JOBS: [&str; 5] =
    ["run:0123456789ab", "run:01234569789ab", "run:01234567-89ab-x", "short", "đợt:01234567ơ9ab"];

/// Keys of which the index keeps the same letters, keys that are short, and some that this program does not give.
fn key(n: usize) -> String {
    match n % 8 {
        0 => format!("{n}"),
        1 => format!("{n}-00000000"),
        2 => format!("hàng số {n}"),
        3 => format!("a\0{n:08}"),
        _ => format!("{:032x}", n * 7_919),
    }
}

fn want(n: usize) -> Want {
    Want {
        series: "SNV:ke-hoach".into(),
        date: date(2026, 2, 5),
        row_key: key(n),
        input: "{}".into(),
    }
}

fn act() -> NewAct {
    NewAct {
        kind: Kind::Verify,
        about: None,
        date: date(2026, 2, 5),
        data: serde_json::Map::new(),
        fields: serde_json::Map::new(),
        files: Vec::new(),
        salt: [7; 16],
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// Rows of a job from one on; those that were issued are left out.
    Issue(usize, usize, usize),
    Acts(usize),
    Reopen,
    /// A filter is taken away, or its bytes or its length are changed.
    Spoil(i64, u8),
    /// The rows of so many keys from one on are asked for.
    Look(usize, usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let job = 0..JOBS.len();
    prop_oneof![
        5 => (job.clone(), 0..60usize, 1..25usize).prop_map(|(j, from, n)| Step::Issue(j, from, n)),
        2 => (1..20usize).prop_map(Step::Acts),
        1 => Just(Step::Reopen),
        1 => (0..12i64, 0..4u8).prop_map(|(part, how)| Step::Spoil(part, how)),
        4 => (job, 0..90usize, 0..12usize).prop_map(|(j, from, n)| Step::Look(j, from, n)),
    ]
}

/// The rows that were issued, by job and key.
type Issued = BTreeMap<(usize, String), u64>;

fn enter(register: &mut Sqlite, issued: &mut Issued, job: usize, from: usize, count: usize) {
    let all: Vec<Want> = (from..from + count).map(want).collect();
    let is_known = |w: &Want| issued.contains_key(&(job, w.row_key.clone()));
    if let Some(first) = all.iter().position(is_known) {
        let refused = register.reserve(&batch(JOBS[job]), &all, &|_, _| 0, "t").expect_err("known");
        let said = format!("row {} of the batch was issued before", first + 1);
        assert_eq!((refused.message.en.as_str(), refused.kind), (&*said, FailureKind::Input));
        assert_eq!(register.release().expect("releases"), 0, "nothing is reserved");
    }
    let fresh: Vec<Want> = all.iter().filter(|w| !is_known(w)).cloned().collect();
    if fresh.is_empty() {
        return;
    }
    let seqs = issue(register, JOBS[job], &fresh);
    issued.extend(seqs.zip(fresh).map(|(seq, want)| ((job, want.row_key), seq)));
}

fn look(register: &Sqlite, issued: &Issued, job: usize, from: usize, count: usize) {
    let keys: Vec<String> = (from..from + count).map(key).collect();
    let mut found = BTreeMap::new();
    let mut add = |row: JobRow| {
        let twice = found.insert(row.row_key, row.seq);
        assert_eq!(twice, None, "each once");
        Ok(())
    };
    register.job_rows_of(JOBS[job], &mut keys.iter().cloned(), &mut add).expect("rows");
    let of_job: Vec<(&String, u64)> =
        issued.iter().filter(|((j, _), _)| *j == job).map(|((_, key), seq)| (key, *seq)).collect();
    let asked: BTreeMap<String, u64> = of_job
        .iter()
        .filter(|(key, _)| keys.contains(*key))
        .map(|(key, seq)| ((*key).clone(), *seq))
        .collect();
    assert!(found.iter().all(|row| of_job.contains(&(row.0, *row.1))), "rows of the job only");
    found.retain(|key, _| keys.contains(key));
    assert_eq!(found, asked);
    let mut all = Vec::new();
    let mut add = |row: JobRow| {
        all.push(row.seq);
        Ok(())
    };
    register.job_rows(JOBS[job], &mut add).expect("rows");
    let mut seqs: Vec<u64> = of_job.iter().map(|(_, seq)| *seq).collect();
    seqs.sort_unstable();
    assert_eq!(all, seqs, "in the order of registration");
}

fn spoil(register: &Sqlite, part: i64, how: u8) {
    let sql = match how {
        0 => "DELETE FROM row_filters WHERE part = ?1",
        1 => "UPDATE row_filters SET bits = zeroblob(length(bits)) WHERE part = ?1",
        2 => "UPDATE row_filters SET bits = x'00' WHERE part = ?1",
        _ => "UPDATE row_filters SET sum = sum - 1 WHERE part = ?1",
    };
    register.conn.execute(sql, [part]).expect(sql);
}

fn parts_told(register: &Sqlite) -> Vec<u64> {
    let found = findings(register);
    assert!(found.iter().all(|d| d.code.to_string() == "S0205"), "{found:?}");
    register.wrong_filters().expect("compares").iter().map(|r| r.start() >> PART).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_happened_a_row_that_was_issued_is_found(
        steps in proptest::collection::vec(step(), 1..40)
    ) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("r.db");
        let mut register = Sqlite::open(&path).expect("opens");
        let mut issued = Issued::new();
        let mut is_spoiled = false;
        for step in steps {
            match step {
                Step::Issue(job, from, count) => enter(&mut register, &mut issued, job, from, count),
                Step::Acts(count) => {
                    let acts: Vec<NewAct> = (0..count).map(|_| act()).collect();
                    assert!(register.commit_acts(AT, &acts).is_ok());
                }
                Step::Reopen => register = Sqlite::open(&path).expect("opens"),
                Step::Spoil(part, how) => {
                    spoil(&register, part, how);
                    is_spoiled = true;
                }
                Step::Look(job, from, count) => look(&register, &issued, job, from, count),
            }
            if !is_spoiled {
                prop_assert_eq!(parts_told(&register), [0; 0]);
            }
        }
        for job in 0..JOBS.len() {
            look(&register, &issued, job, 0, 90);
        }
    }
}

/// Three parts and a half, of one job.
fn several_parts() -> (tempfile::TempDir, Sqlite) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
    let all: Vec<Want> = (0..56).map(want).collect();
    issue(&mut register, JOBS[0], &all);
    (dir, register)
}

fn filters(register: &Sqlite) -> Vec<i64> {
    let mut there = register.conn.prepare("SELECT part FROM row_filters").expect("prepares");
    let there = there.query_map([], |r| r.get(0)).expect("reads");
    there.collect::<rusqlite::Result<_>>().expect("parts")
}

#[test]
fn a_part_gets_its_filter_with_the_position_that_fills_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
    let size = 1 << PART;
    issue(&mut register, JOBS[0], &(0..size - 2).map(want).collect());
    assert_eq!(filters(&register), [0; 0]);
    issue(&mut register, JOBS[0], &vec![want(100)]);
    assert_eq!(
        filters(&register),
        [0],
        "an entry filled it: the first part begins with position 1"
    );
    issue(&mut register, JOBS[0], &vec![want(101)]);
    assert_eq!(filters(&register), [0]);
    let acts: Vec<NewAct> = (0..size).map(|_| act()).collect();
    assert!(register.commit_acts(AT, &acts[..size - 2]).is_ok());
    assert_eq!(filters(&register), [0]);
    assert!(register.commit_acts(AT, &acts[..1]).is_ok());
    assert_eq!(filters(&register), [0, 1], "acts filled it");
    assert!(register.commit_acts(AT, &acts).is_ok());
    assert_eq!(filters(&register), [0, 1], "nothing is looked for among acts");
    issue(&mut register, JOBS[0], &(200..200 + 3 * size).map(want).collect());
    assert_eq!(filters(&register), [0, 1, 3, 4, 5], "several at once");
    assert_eq!(findings(&register), []);
}

#[test]
fn filters_that_are_wrong_are_told_and_one_that_is_missing_is_made_again() {
    for (how, is_mended) in [(0, true), (1, false), (2, false), (3, false)] {
        let (_dir, mut register) = several_parts();
        assert_eq!(parts_told(&register), [0; 0]);
        spoil(&register, 1, how);
        let told: Vec<_> = findings(&register).into_iter().map(|d| d.place.item).collect();
        assert_eq!(told, [Some("16–31".to_owned())]);
        // The whole register is looked through at the next part that is filled.
        issue(&mut register, JOBS[1], &(0..16).map(want).collect());
        assert_eq!(parts_told(&register), if is_mended { vec![] } else { vec![1] });
    }
    let (_dir, mut register) = several_parts();
    let early = "INSERT INTO row_filters VALUES (3, 0, x'00'), (9, 0, x'00')";
    register.conn.execute_batch(early).expect("inserts");
    assert_eq!(parts_told(&register), [3, 9], "of parts that are not full");
    issue(&mut register, JOBS[1], &(0..16).map(want).collect());
    assert_eq!(parts_told(&register), [9], "the true one takes its place");
    let first: std::ops::RangeInclusive<u64> = 1..=15;
    spoil(&register, 0, 0);
    assert_eq!(register.wrong_filters().expect("compares")[0], first, "there is no position 0");
}

#[test]
fn a_filter_with_other_bits_and_the_right_sum_is_told() {
    let (_dir, register) = several_parts();
    let empty = super::super::filter::Filter::new(PART);
    let sum = super::super::filter::sum(2, empty.bytes());
    let set = "UPDATE row_filters SET bits = ?1, sum = ?2 WHERE part = 2";
    register.conn.execute(set, rusqlite::params![empty.bytes(), sum]).expect("sets");
    assert_eq!(parts_told(&register), [2]);
}

#[test]
fn a_filter_spares_the_index_where_it_can() {
    use super::super::rows;
    let (_dir, register) = several_parts();
    // In the index of part 1 nothing can be found any more: only who asks it notices.
    let keys: Vec<String> = (1_004..1_008).map(key).collect();
    let places = rows::places(&register, JOBS[0], 5).expect("places");
    assert_eq!((places.parts.as_slice(), places.count), ([0, 1, 2, 3].as_slice(), 5));
    let asked =
        |part, is_full| rows::asked_of(&register, JOBS[0], part, is_full, &keys).expect("reads");
    assert_eq!(asked(1, true), [0; 0]);
    assert_eq!(asked(1, false), [0, 1, 2, 3], "a part that is not full is asked for all");
    spoil(&register, 1, 0);
    assert_eq!(asked(1, true), [0, 1, 2, 3], "one without a filter too");
    spoil(&register, 2, 3);
    assert_eq!(asked(2, true), [0, 1, 2, 3], "one that was touched too");
}

#[test]
fn a_register_of_the_schema_before_is_read_where_it_cannot_be_written() {
    let (dir, register) = several_parts();
    let path = dir.path().join("r.db");
    drop(register);
    as_before(&path, 3);
    let conn = Connection::open(&path).expect("opens");
    let register = Sqlite { conn, path, is_older: true };
    let issued: Issued = (0..56).map(|n| ((0, key(n)), n as u64 + 1)).collect();
    look(&register, &issued, 0, 50, 10);
    look(&register, &issued, 1, 50, 10);
    assert_eq!(reserved(&register), [1001, 1002]);
    let last = register.last(Book::Outgoing, "SNV:ke-hoach", 2026).expect("reads").expect("some");
    assert_eq!(last.number.get(), 1002);
    assert_eq!(findings(&register), []);
}

#[test]
fn a_register_with_a_position_far_away_is_looked_through_all_the_same() {
    let (_dir, register) = several_parts();
    let far = format!(
        "INSERT INTO entries (seq, record, job, row_key, input)
            SELECT {}, json_set(record, '$.number', 999), job, 'far', input FROM entries WHERE seq = 3",
        i64::MAX
    );
    register.conn.execute_batch(&far).expect("inserts");
    let mut seqs = Vec::new();
    let mut add = |row: JobRow| {
        seqs.push(row.seq);
        Ok(())
    };
    register.job_rows(JOBS[0], &mut add).expect("rows");
    assert_eq!((seqs.len(), seqs.last()), (57, Some(&i64::MAX.cast_unsigned())));
    assert_eq!(register.wrong_filters().expect("compares"), []);
}

#[test]
fn a_register_made_again_from_its_journal_has_its_filters() {
    let (dir, register) = several_parts();
    let mut lines = Vec::new();
    let mut keep = |kept| {
        lines.push(crate::register::journal::Line::Kept(kept));
        Ok(())
    };
    register.kept(0..u64::MAX, &mut keep).expect("kept");
    let mut again = Sqlite::open(&dir.path().join("again.db")).expect("opens");
    let mut lines = lines.into_iter();
    again.restore(&mut || Ok(lines.next())).expect("restores");
    assert_eq!((filters(&again), findings(&again)), (filters(&register), vec![]));
    assert_eq!(filters(&again), [0, 1, 2]);
}
