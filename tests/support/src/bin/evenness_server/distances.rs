//! How far arrivals lie from an even schedule.
//!
//! The schedule is `t0 + n / rate` for the n-th arrival in order of time, with the `t0` that puts the median distance at
//! zero: nobody but the generator knows when it meant to start.

use std::time::{Duration, Instant};
use support::{WARM_UP, spread};

/// The distances in one line of JSON.
pub fn report(arrivals: &[Instant], rate: i64) -> String {
    let first = arrivals.iter().min();
    let since = arrivals.iter().filter_map(|at| first.map(|first| at.duration_since(*first)));
    let distances = distances(since.filter(|since| *since >= WARM_UP).map(nanos).collect(), rate);
    spread(distances.into_iter().map(|nanos| Duration::from_nanos(nanos.unsigned_abs())).collect())
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// How far each arrival lies from an even schedule of `rate` a second, in nanoseconds.
fn distances(mut times: Vec<i64>, rate: i64) -> Vec<i64> {
    times.sort_unstable();
    let planned = (0_i64..).map(|n| n * 1_000_000_000 / rate);
    let mut off: Vec<i64> = times.iter().zip(planned).map(|(at, planned)| at - planned).collect();
    off.sort_unstable();
    let start = off.get(off.len() / 2).copied().unwrap_or(0);
    off.iter().map(|off| (off - start).abs()).collect()
}

#[cfg(test)]
mod tests {
    use super::distances;

    fn even() -> Vec<i64> {
        (0..1_000).map(|n| 1_234_567 + n * 2_000_000).collect()
    }

    #[test]
    fn an_even_schedule_has_no_distance_wherever_it_starts() {
        assert_eq!(distances(even(), 500), vec![0; 1_000]);
    }

    #[test]
    fn one_late_arrival_is_as_far_off_as_it_was_late() {
        let mut times = even();
        times[500] += 1_000_000;
        let mut distances = distances(times, 500);
        distances.sort_unstable();
        assert_eq!(distances[998..], [0, 1_000_000]);
    }
}
