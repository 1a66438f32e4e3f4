//! The measured load in a few dozen cells of equal length: what a timeline is drawn from.

use crate::clock::Offset;
use crate::history::StagePlan;
use crate::run::{Row, UntrustedSpan};

/// The rows that hold measured load. Warm-up is kept apart here as everywhere on the page: its cold first answers would
/// set the scale of what is judged.
pub(super) fn measured(series: &[Row], stages: &[StagePlan]) -> Vec<Row> {
    let in_warmup_alone = |row: &&Row| {
        let (begins, ends) = (offset(row.second), offset(row.second.saturating_add(row.seconds)));
        let mut there = stages.iter().filter(|stage| stage.start < ends && stage.end > begins).peekable();
        there.peek().is_some() && there.all(|stage| stage.warmup)
    };
    series.iter().filter(|row| !in_warmup_alone(row)).copied().collect()
}

fn offset(second: u64) -> Offset {
    Offset::from_micros(second.saturating_mul(1_000_000))
}

/// A stretch of the run. Of its rows it has the highest of each figure, so that peaks stay visible.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Cell {
    /// The first second.
    pub(super) begins: u64,
    /// The second after the last one.
    pub(super) ends: u64,
    /// Whether any request was planned.
    pub(super) planned: bool,
    /// The 99th percentile of response time in microseconds; none where no answer was good.
    pub(super) p99_us: Option<u64>,
    /// Failed and dropped requests a second.
    pub(super) not_good: f64,
    /// Whether one of its seconds cannot be trusted.
    pub(super) untrusted: bool,
}

impl Cell {
    /// Whether something was there that lasted so long, or an instant; without an end it still is.
    pub(super) fn sees(&self, from: Offset, to: Option<Offset>) -> bool {
        let begins = offset(self.begins);
        from < offset(self.ends) && (from >= begins || to.is_none_or(|to| to > begins))
    }

    fn add(&mut self, row: &Row) {
        self.planned |= row.planned > 0;
        self.p99_us = self.p99_us.max(row.p99_us);
        self.not_good = self.not_good.max(not_good(row));
        self.untrusted |= row.untrusted > 0;
    }
}

/// Failed and dropped requests a second; the mean of a row that is longer.
pub(super) fn not_good(row: &Row) -> f64 {
    (row.failed + row.dropped) as f64 / row.seconds.max(1) as f64
}

/// The run in cells.
#[derive(Debug, PartialEq)]
pub(super) struct Cells {
    /// How many seconds a cell is long: a multiple of the length of a row.
    pub(super) seconds: u64,
    /// In order of time, without a gap.
    pub(super) cells: Vec<Cell>,
}

impl Cells {
    /// At most `most` cells, which is two or more. `spans` are seconds that cannot be trusted: where nothing
    /// was planned in one of them no row tells of it.
    pub(super) fn of(rows: &[Row], spans: &[UntrustedSpan], most: u64) -> Cells {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Cells { seconds: 1, cells: Vec::new() };
        };
        let row = first.seconds.max(1);
        let in_rows = (last.second - first.second) / row + 1;
        // Cells begin at multiples of their length, so that the axis has round numbers; that may take one cell more.
        let joined = if in_rows <= most { 1 } else { in_rows.div_ceil(most.max(2) - 1) };
        let seconds = row.saturating_mul(joined);
        let before = first.second / seconds;
        let cell = |number: u64| {
            let begins = number * seconds;
            let ends = begins.saturating_add(seconds);
            let untrusted = spans.iter().any(|span| span.from < ends && span.to > begins);
            Cell { begins, ends, untrusted, ..Cell::default() }
        };
        let mut cells: Vec<Cell> = (before..=last.second / seconds).map(cell).collect();
        for row in rows {
            if let Some(cell) = cells.get_mut((row.second / seconds - before) as usize) {
                cell.add(row);
            }
        }
        Cells { seconds, cells }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;
    use proptest::prelude::*;

    fn row(second: u64, p99_us: Option<u64>) -> Row {
        Row { second, seconds: 1, planned: 10, p99_us, ..Row::default() }
    }

    #[test]
    fn seconds_are_joined_by_their_highest_and_gaps_stay_empty() {
        let rows = [
            row(3, Some(500)),
            Row { failed: 2, dropped: 1, ..row(4, Some(900)) },
            Row { untrusted: 1, ..row(5, None) },
            row(9, None),
        ];
        let drawn = |most| {
            let Cells { seconds, cells } = Cells::of(&rows, &[], most);
            let cells = cells.iter();
            (seconds, cells.map(|it| (it.begins, it.planned, it.p99_us, it.untrusted)).collect::<Vec<_>>())
        };
        let (none, at) =
            (|begins| (begins, false, None, false), |begins, us| (begins, true, Some(us), false));
        for (most, wanted) in [
            (
                7,
                (
                    1,
                    vec![
                        at(3, 500),
                        at(4, 900),
                        (5, true, None, true),
                        none(6),
                        none(7),
                        none(8),
                        (9, true, None, false),
                    ],
                ),
            ),
            (5, (2, vec![at(2, 500), (4, true, Some(900), true), none(6), (8, true, None, false)])),
            (2, (7, vec![(0, true, Some(900), true), (7, true, None, false)])),
        ] {
            assert_eq!(drawn(most), wanted, "at most {most}");
        }
        let most: f64 = Cells::of(&rows, &[], 2).cells[0].not_good;
        assert!((most - 3.0).abs() < 1e-9, "of its worst second");
    }

    #[test]
    fn an_untrusted_second_without_requests_is_marked_too() {
        let span = UntrustedSpan { from: 6, to: 8, causes: vec![] };
        let cells = Cells::of(&[row(5, Some(1)), row(9, Some(1))], &[span], 60).cells;
        let marked: Vec<u64> = cells.iter().filter(|cell| cell.untrusted).map(|cell| cell.begins).collect();
        assert_eq!(marked, [6, 7]);
    }

    #[test]
    fn what_lasts_is_seen_by_all_cells_that_it_touches() {
        let cell = Cell { begins: 4, ends: 6, ..Cell::default() };
        let ms = |ms: u64| Offset::from_micros(ms * 1_000);
        for (from, to, seen) in [
            (1_000, Some(4_000), false),
            (1_000, Some(4_001), true),
            (4_000, Some(4_000), true),
            (5_999, Some(5_999), true),
            (6_000, Some(9_000), false),
            (1_000, None, true),
            (6_000, None, false),
        ] {
            assert_eq!(cell.sees(ms(from), to.map(ms)), seen, "{from} to {to:?}");
        }
    }

    #[test]
    fn rows_of_warm_up_alone_are_left_out() {
        let stage = |start: u64, end: u64, warmup| StagePlan {
            name: "s".into(),
            start: Offset::from_micros(start * 1_000),
            end: Offset::from_micros(end * 1_000),
            from: Rate::per_second(1.0),
            to: Rate::per_second(1.0),
            warmup,
        };
        let series: Vec<Row> = (0..6).map(|second| row(second, None)).collect();
        let stages = [stage(0, 2_500, true), stage(2_500, 4_000, false)];
        let seconds: Vec<u64> = measured(&series, &stages).iter().map(|row| row.second).collect();
        assert_eq!(seconds, [2, 3, 4, 5], "the one with the beginning, and what belongs to no stage");
    }

    proptest! {
        #[test]
        fn there_are_never_more_cells_and_every_row_is_in_one(
            begins in 0u64..100_000, length in 1u64..2_000, width in 0u32..8, most in 2u64..80,
        ) {
            let width = 1 << width;
            let at = |n| Row { second: (begins / width + n) * width, seconds: width, ..row(0, None) };
            let rows = [at(0), Row { failed: width, ..at(length / 2) }, at(length - 1)];
            let Cells { seconds, cells } = Cells::of(&rows, &[], most);
            prop_assert!(cells.len() as u64 <= most, "{} of {most}", cells.len());
            prop_assert_eq!(seconds % width, 0);
            for row in rows {
                let own: Vec<_> =
                    cells.iter().filter(|cell| (cell.begins..cell.ends).contains(&row.second)).collect();
                prop_assert!(own.len() == 1 && own[0].planned && own[0].not_good >= not_good(&row));
            }
        }
    }
}
