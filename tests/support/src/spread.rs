//! How far instants lie from a schedule, in the words of `scripts/compare`.

use std::time::Duration;

/// What is left out at the beginning, in which connections are made.
pub const WARM_UP: Duration = Duration::from_secs(1);

/// How many distances there are, and within how many microseconds half of them, 99 % and all lie: one line of JSON.
#[must_use]
pub fn spread(mut distances: Vec<Duration>) -> String {
    distances.sort_unstable();
    let within = |thousandths: usize| {
        let place = (distances.len() * thousandths).div_ceil(1_000);
        distances.get(place.saturating_sub(1)).map_or(0, Duration::as_micros)
    };
    let (p50, p99, max) = (within(500), within(990), within(1_000));
    format!(r#"{{"requests":{},"p50_us":{p50},"p99_us":{p99},"max_us":{max}}}"#, distances.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_far_half_of_them_nearly_all_and_all_are() {
        let micros = (1..=1_000).rev().map(Duration::from_micros);
        assert_eq!(spread(micros.collect()), r#"{"requests":1000,"p50_us":500,"p99_us":990,"max_us":1000}"#);
        assert_eq!(spread(vec![]), r#"{"requests":0,"p50_us":0,"p99_us":0,"max_us":0}"#);
    }
}
