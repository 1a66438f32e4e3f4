//! Numbers as people read them in a reason.

use super::{Comparison, Requests};
use crate::stats::Counts;
use crate::units::Span;
pub(super) use crate::units::grouped as count;
use std::time::Duration;

/// A measured share with three significant digits: `0.41 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 {
        return "0 %".to_owned();
    }
    let decimals = (2.0 - percent.log10().floor()).clamp(0.0, 12.0) as usize;
    format!("{} %", without_zeros(&format!("{percent:.decimals$}")))
}

/// A share that somebody wrote, with every digit: `0.05 %`.
pub(super) fn percent_exactly(share: f64) -> String {
    format!("{} %", (share * 100.0 * 1e9).round() / 1e9)
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// A duration that was measured, with the four digits that a histogram can tell apart: `250.1ms`.
pub(super) fn micros(us: u64) -> String {
    let mut scale = 1;
    while us / scale >= 10_000 {
        scale *= 10;
    }
    let rounded = (us + scale / 2) / scale * scale;
    Span::new(Duration::from_micros(rounded)).to_string()
}

/// `1 more arrival was dropped`, `12 more arrivals were dropped`
pub(super) fn more_dropped(n: u64) -> String {
    format!("{} more {} dropped", count(n), if n == 1 { "arrival was" } else { "arrivals were" })
}

/// `3 requests`, `1 request`.
pub(super) fn requests(n: u64) -> String {
    format!("{} request{}", count(n), if n == 1 { "" } else { "s" })
}

/// How many of all: `41 of 10,000 requests (0.41 %)`, `none of 300 requests`.
pub(super) fn part(k: u64, n: u64) -> String {
    match k {
        0 => format!("none of {}", requests(n)),
        _ => format!("{} of {} ({})", count(k), requests(n), percent(k as f64 / n as f64)),
    }
}

/// `was` or `were` for a [`part`] of `k`.
pub(super) fn were(k: u64) -> &'static str {
    if k < 2 { "was" } else { "were" }
}

/// What a limit allows: `at most 250ms`.
pub(super) fn bound(comparison: Comparison, limit: &str) -> String {
    let words = match comparison {
        Comparison::AtMost => "at most",
        Comparison::Below => "less than",
        Comparison::AtLeast => "at least",
        Comparison::Above => "more than",
        Comparison::Equal => "exactly",
    };
    format!("{words} {limit}")
}

/// How many more requests it takes, and how long they take to come: `needs about 180 more requests (18s at 10/s)`.
pub(super) fn needs(more: u64, evidence: &Requests<'_>) -> String {
    let more = two_digits(more);
    let per_second = evidence.planned_rate.as_per_second();
    let text = format!("needs about {} more request{}", count(more), if more == 1 { "" } else { "s" });
    if per_second <= 0.0 {
        return text;
    }
    let seconds = (more as f64 / per_second).ceil();
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) => format!("{text} ({} at {})", Span::new(time), evidence.planned_rate),
        Err(_) => text,
    }
}

/// Rounded up to two digits: it is an estimate.
fn two_digits(n: u64) -> u64 {
    let mut scale = 1;
    while n / scale >= 100 {
        scale *= 10;
    }
    n.div_ceil(scale) * scale
}

/// Why there is nothing to decide from.
pub(super) fn nothing(counts: &Counts) -> String {
    match counts.dropped {
        0 => "no requests in this window".to_owned(),
        dropped => format!(
            "no requests in this window: all {} arrivals were dropped before they were sent",
            count(dropped)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0.0, 0.0041, 0.5, 1.0, 0.123_456, 0.000_012_345].map(percent),
            ["0 %", "0.41 %", "50 %", "100 %", "12.3 %", "0.00123 %"]
        );
        assert_eq!([0.001, 1.0 - 0.9995].map(percent_exactly), ["0.1 %", "0.05 %"]);
        assert_eq!([7, 9_999, 250_127, 61_234_567].map(micros), ["7us", "9.999ms", "250.1ms", "1m1.23s"]);
        assert_eq!([0, 1, 99, 100, 179, 12_345].map(two_digits), [0, 1, 99, 100, 180, 13_000]);
        assert_eq!(
            [(0, 5), (1, 5), (2, 5)].map(|(k, n)| format!("{} {}", part(k, n), were(k))),
            ["none of 5 requests was", "1 of 5 requests (20 %) was", "2 of 5 requests (40 %) were"]
        );
    }
}
