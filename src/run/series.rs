//! The run over time, in a bounded number of rows: what charts are drawn from.

use crate::stats::Counts;
use std::collections::BTreeMap;

/// The series has at most this many rows. When one more would be needed, neighbours are joined and every row is
/// twice as long: twenty minutes are shown second by second, a day in rows of 128 seconds.
const ROWS: usize = 1_200;

/// What happened in one second, or in a few when the run was long. By planned instants, warm-up included. Seconds in
/// which nothing was planned have no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// The first second.
    pub second: u64,
    /// How many seconds.
    pub seconds: u64,
    /// Planned requests.
    pub planned: u64,
    /// Answered as expected.
    pub done: u64,
    /// Sent, but not answered as expected.
    pub failed: u64,
    /// Never sent.
    pub dropped: u64,
    /// Median response time in microseconds; the highest of its seconds.
    pub p50_us: Option<u64>,
    /// 99th percentile of response time in microseconds; the highest of its seconds, so that peaks stay visible.
    pub p99_us: Option<u64>,
    /// How many of its seconds cannot be trusted.
    pub untrusted: u64,
}

impl Row {
    /// A row of one second.
    pub(super) fn of(second: u64, counts: &Counts) -> Row {
        Row {
            second,
            seconds: 1,
            planned: counts.planned,
            done: counts.done,
            failed: counts.failed,
            dropped: counts.dropped,
            ..Row::default()
        }
    }

    fn merge(&mut self, other: &Row) {
        self.planned += other.planned;
        self.done += other.done;
        self.failed += other.failed;
        self.dropped += other.dropped;
        self.p50_us = self.p50_us.max(other.p50_us);
        self.p99_us = self.p99_us.max(other.p99_us);
        self.untrusted += other.untrusted;
    }
}

/// Rows by their number; all of the same length.
#[derive(Debug)]
pub(super) struct Series {
    width: u64,
    rows: BTreeMap<u64, Row>,
}

impl Default for Series {
    fn default() -> Series {
        Series { width: 1, rows: BTreeMap::new() }
    }
}

impl Series {
    pub(super) fn add(&mut self, row: &Row) {
        self.insert(row);
        while self.rows.len() > ROWS {
            self.width = self.width.saturating_mul(2);
            for row in std::mem::take(&mut self.rows).into_values() {
                self.insert(&row);
            }
        }
    }

    fn insert(&mut self, row: &Row) {
        let number = row.second / self.width;
        let empty = Row { second: number * self.width, seconds: self.width, ..Row::default() };
        self.rows.entry(number).or_insert(empty).merge(row);
    }

    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_series_is_coarser_but_loses_no_request_and_no_peak() {
        let mut series = Series::default();
        for second in 0..86_400 {
            let p99_us = Some(if second == 50_000 { 9_000 } else { 1_000 });
            series.add(&Row { planned: 3, done: 3, p99_us, ..Row::of(second, &Counts::default()) });
        }
        let rows = series.into_rows();
        assert_eq!((rows.len(), rows[0].seconds), (675, 128));
        assert_eq!(rows.iter().map(|row| row.planned).sum::<u64>(), 3 * 86_400);
        let peak = rows.iter().find(|row| row.p99_us == Some(9_000)).unwrap();
        assert!((peak.second..peak.second + peak.seconds).contains(&50_000));
    }

    #[test]
    fn twenty_minutes_are_kept_by_the_second() {
        let mut series = Series::default();
        (0..1_200).for_each(|second| series.add(&Row::of(second, &Counts::default())));
        let rows = series.into_rows();
        assert_eq!((rows.len(), rows[1_199].second, rows[1_199].seconds), (1_200, 1_199, 1));
    }
}
