//! How far arrivals lie from an even schedule.
//!
//! The schedule is `t0 + n / rate` for the n-th arrival in order of time, with the `t0` that puts the median distance at
//! zero: nobody but the generator knows when it meant to start.

use std::time::{Duration, Instant};

/// What is left out at the beginning.
const WARM_UP: Duration = Duration::from_secs(1);

/// The distances in one line of JSON.
pub fn report(arrivals: &[Instant], rate: i64) -> String {
    let Some(first) = arrivals.iter().min() else { return r#"{"requests":0}"#.to_owned() };
    let since = arrivals.iter().map(|at| at.duration_since(*first)).filter(|since| *since >= WARM_UP);
    let distances = distances(since.map(nanos).collect(), rate);
    // The distance that so many of a thousand arrivals stay within, in microseconds.
    let within = |share: usize| {
        let place = (distances.len() * share).div_ceil(1_000);
        distances.get(place.saturating_sub(1)).copied().unwrap_or(0) / 1_000
    };
    let (p50, p99, max) = (within(500), within(990), within(1_000));
    format!(r#"{{"requests":{},"p50_us":{p50},"p99_us":{p99},"max_us":{max}}}"#, distances.len())
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// How far each arrival lies from an even schedule of `rate` a second, in nanoseconds, sorted.
fn distances(mut times: Vec<i64>, rate: i64) -> Vec<i64> {
    times.sort_unstable();
    let planned = (0_i64..).map(|n| n * 1_000_000_000 / rate);
    let mut off: Vec<i64> = times.iter().zip(planned).map(|(at, planned)| at - planned).collect();
    off.sort_unstable();
    let start = off.get(off.len() / 2).copied().unwrap_or(0);
    let mut distances: Vec<i64> = off.iter().map(|off| (off - start).abs()).collect();
    distances.sort_unstable();
    distances
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
        assert_eq!(distances(times, 500)[998..], [0, 1_000_000]);
    }
}
