//! A store that loses, duplicates, delays and reorders, and a client that times out: the check has to find the truth
//! that the simulation knows.

use proptest::prelude::*;
use shakedown::clock::Offset;
use shakedown::event::{ReadBack, Write, WriteOutcome};
use shakedown::ledger::{Book, Fate};
use std::collections::BTreeSet;

/// What the store does with a write.
#[derive(Debug, Clone, Copy)]
enum Does {
    /// It takes it, and readings see it from this round on.
    Take { from: u32 },
    /// It takes it, and forgets it again.
    Lose,
    /// It takes it twice.
    Twice,
    /// It takes it and changes its content.
    Mar,
    /// It never sees it.
    Nothing,
}

fn does() -> impl Strategy<Value = Does> {
    prop_oneof![
        6 => (1u32..4).prop_map(|from| Does::Take { from }),
        1 => Just(Does::Lose),
        1 => Just(Does::Twice),
        1 => Just(Does::Mar),
        1 => Just(Does::Nothing),
    ]
}

/// What the client may know of a write that the store treats so.
fn outcome(does: Does, luck: u8) -> WriteOutcome {
    match (does, luck) {
        (Does::Nothing, 0) => WriteOutcome::Failed,
        (Does::Nothing, 1) => WriteOutcome::Dropped,
        // A timeout hides both.
        (Does::Nothing, _) | (_, 0) => WriteOutcome::Unknown,
        _ => WriteOutcome::Acknowledged,
    }
}

/// A run: what the store did with each write and what the client was told of it.
fn run() -> impl Strategy<Value = Vec<(Does, WriteOutcome)>> {
    let one = (does(), 0u8..4).prop_map(|(does, luck)| (does, outcome(does, luck)));
    proptest::collection::vec(one, 1..200)
}

/// The same writes in any order.
fn told() -> impl Strategy<Value = (Vec<(Does, WriteOutcome)>, Vec<usize>)> {
    run().prop_flat_map(|run| {
        let order: Vec<usize> = (0..run.len()).collect();
        (Just(run), Just(order).prop_shuffle())
    })
}

/// Whether a reading of this round sees the write.
fn sees(does: Does, round: u32) -> bool {
    match does {
        Does::Take { from } => from <= round,
        Does::Twice | Does::Mar => true,
        Does::Lose | Does::Nothing => false,
    }
}

fn numbers(run: &[(Does, WriteOutcome)], which: impl Fn(Does, WriteOutcome) -> bool) -> BTreeSet<u64> {
    (0u64..).zip(run).filter(|(_, (does, outcome))| which(*does, *outcome)).map(|(seq, _)| seq).collect()
}

fn reading(run: &[(Does, WriteOutcome)], round: u32) -> ReadBack {
    let began = Offset::from_secs_f64(1_000.0 + f64::from(round));
    ReadBack {
        round,
        began,
        failed: None,
        found: numbers(run, |does, _| sees(does, round)).into_iter().map(|seq| (seq, seq)).collect(),
        duplicated: numbers(run, |does, _| matches!(does, Does::Twice))
            .into_iter()
            .map(|seq| (seq, 2))
            .collect(),
        corrupted: numbers(run, |does, _| matches!(does, Does::Mar)).into_iter().collect(),
        unexpected: 0,
        strangers: vec![],
    }
}

fn book(run: &[(Does, WriteOutcome)], order: &[usize]) -> Book {
    let mut book = Book::default();
    for place in order {
        let seq = *place as u64;
        let planned = Offset::from_micros(seq * 50_000);
        book.write(Write {
            seq,
            planned,
            ended: Offset::from_micros(seq * 50_000 + 5_000),
            outcome: run[*place].1,
        });
    }
    book
}

fn lost(book: &Book) -> BTreeSet<u64> {
    book.acknowledged().filter(|(_, _, fate)| *fate == Fate::Lost).map(|(seq, _, _)| seq).collect()
}

/// A reader that reads until two readings agree; the last round.
fn read_back(run: &[(Does, WriteOutcome)], book: &mut Book) -> u32 {
    let mut round = 0;
    while !book.agreed() {
        round += 1;
        assert!(round < 10, "the store settles in the third round");
        book.read(reading(run, round));
    }
    round
}

proptest! {
    #[test]
    fn the_lost_are_found_one_by_one((run, order) in told()) {
        let mut book = book(&run, &order);
        let last = read_back(&run, &mut book);
        let known = |does, outcome| outcome == WriteOutcome::Acknowledged && !sees(does, last);
        prop_assert_eq!(lost(&book), numbers(&run, known));
        let counts = book.counts();
        prop_assert_eq!(counts.lost, numbers(&run, known).len() as u64);
        let count = |which: &dyn Fn(Does, WriteOutcome) -> bool| numbers(&run, which).len() as u64;
        prop_assert_eq!(counts.duplicated, count(&|does, _| matches!(does, Does::Twice)));
        prop_assert_eq!(counts.corrupted, count(&|does, _| matches!(does, Does::Mar)));
        prop_assert_eq!(counts.read, count(&|does, _| sees(does, last)));
        prop_assert_eq!(counts.unexpected, 0);
        prop_assert_eq!(counts.resurrected, 0);
    }

    #[test]
    fn unknown_is_never_lost_and_found_later_it_is_recovered((run, order) in told()) {
        let mut book = book(&run, &order);
        let last = read_back(&run, &mut book);
        let unknown = |outcome| outcome == WriteOutcome::Unknown;
        let counts = book.counts();
        prop_assert_eq!(counts.unknown, numbers(&run, |_, outcome| unknown(outcome)).len() as u64);
        prop_assert_eq!(
            counts.recovered,
            numbers(&run, |does, outcome| unknown(outcome) && sees(does, last)).len() as u64
        );
        prop_assert!(lost(&book).is_disjoint(&numbers(&run, |_, outcome| unknown(outcome))));
    }

    #[test]
    fn what_a_reading_missed_and_a_later_one_found_is_stale((run, order) in told()) {
        let mut book = book(&run, &order);
        let last = read_back(&run, &mut book);
        let late = |does, outcome| {
            outcome == WriteOutcome::Acknowledged && !sees(does, 1) && sees(does, last)
        };
        prop_assert_eq!(book.counts().stale, numbers(&run, late).len() as u64);
    }

    #[test]
    fn two_readings_that_differ_give_no_figure((run, order) in told(), gone: proptest::sample::Index) {
        let mut book = book(&run, &order);
        let (one, mut other) = (reading(&run, 9), reading(&run, 9));
        prop_assume!(!one.found.is_empty());
        let seq = other.found.remove(gone.index(one.found.len())).0;
        other.duplicated.retain(|(there, _)| *there != seq);
        other.corrupted.retain(|there| *there != seq);
        book.read(one);
        book.read(other);
        prop_assert!(!book.agreed() && book.doubt().is_some());
        let counts = book.counts();
        prop_assert_eq!((counts.lost, counts.recovered, counts.unexpected), (0, 0, 0));
        prop_assert!(book.acknowledged().all(|(_, _, fate)| fate == Fate::Unknown));
    }

    #[test]
    fn failed_readings_between_two_good_ones_change_nothing((run, order) in told()) {
        let (mut plain, mut disturbed) = (book(&run, &order), book(&run, &order));
        for round in [8, 9] {
            plain.read(reading(&run, round));
            disturbed.read(ReadBack { failed: Some("reset".into()), found: vec![], ..reading(&run, round) });
            disturbed.read(reading(&run, round));
        }
        prop_assert_eq!(plain.counts(), disturbed.counts());
        prop_assert_eq!(plain.doubt(), disturbed.doubt());
    }

    #[test]
    fn no_reading_brings_it_down(
        (run, order) in told(),
        found in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..20),
        marred in proptest::collection::vec(any::<u64>(), 0..5),
    ) {
        let mut book = book(&run, &order);
        let wild = ReadBack {
            found,
            duplicated: marred.iter().map(|seq| (*seq, 2)).collect(),
            corrupted: marred,
            unexpected: u64::MAX,
            ..reading(&run, 1)
        };
        book.read(wild.clone());
        book.read(wild);
        let counts = book.counts();
        prop_assert!(counts.lost <= counts.acknowledged);
    }
}
