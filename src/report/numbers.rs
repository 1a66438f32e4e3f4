//! Numbers for people: three digits that matter, units.

use crate::stats::Bounds;
use crate::units::grouped;
use std::time::Duration;

/// A count in at most seven columns: exact below a million, then `1.23 M`.
pub(super) fn short(n: u64) -> String {
    match n {
        0..1_000_000 => grouped(n),
        1_000_000..1_000_000_000 => format!("{} M", three(n as f64 / 1e6)),
        _ => format!("{} G", three(n as f64 / 1e9)),
    }
}

/// A duration in microseconds in at most seven columns: `850 µs`, `1.95 ms`, `12.3 s`, `2.5 min`.
pub(super) fn micros(us: f64) -> String {
    let units = [(1.0, "µs"), (1e3, "ms"), (1e6, "s"), (60e6, "min"), (3_600e6, "h")];
    // The largest unit of which there is at least one, as it will be printed.
    let (scale, unit) = units.into_iter().rev().find(|(scale, _)| us * 1.0005 >= *scale).unwrap_or(units[0]);
    match unit {
        "µs" => format!("{us:.0} {unit}"),
        // Always three digits, so that columns line up.
        "ms" | "s" => format!("{:.*} {unit}", decimals(us / scale), us / scale),
        _ => format!("{} {unit}", three(us / scale)),
    }
}

/// A length of time that was measured once: `4.20 s ± 15 ms`, `0 s ± 5 ms`, `> 35.0 s` where it was not over, and both
/// ends where no figure between them is worth naming.
pub(super) fn bounds(bounds: Bounds) -> String {
    let Bounds { value, low, high } = bounds;
    let Some(high) = high else { return format!("> {}", length(value)) };
    if low == high {
        return length(value);
    }
    let off = high.saturating_sub(value).max(value.saturating_sub(low));
    if value.is_zero() || off <= value / 2 {
        return format!("{} ± {}", length(value), two_digits(off));
    }
    format!("{} – {}", length(low), length(high))
}

/// A length of time.
pub(super) fn length(time: Duration) -> String {
    if time.is_zero() { "0 s".to_owned() } else { micros(time.as_micros() as f64) }
}

/// How far off something may be: rounded up to two digits, without zeros after the point.
fn two_digits(time: Duration) -> String {
    let (mut scale, us) = (1, time.as_micros());
    while us / scale >= 100 {
        scale *= 10;
    }
    let us = (us.div_ceil(scale) * scale) as f64;
    match us {
        us if us < 1e3 => format!("{us} µs"),
        us if us < 1e6 => format!("{} ms", three(us / 1e3)),
        us => format!("{} s", three(us / 1e6)),
    }
}

/// Events a second: `0.25/s`, `12.3/s`, `2,000/s`.
pub(super) fn rate(per_second: f64) -> String {
    if per_second >= 1_000.0 {
        format!("{}/s", short(per_second.round() as u64))
    } else {
        format!("{}/s", three(per_second))
    }
}

/// A share in percent: `0 %`, `0.012 %`, `12.3 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", three(share * 100.0))
}

/// A value with the unit that a gate's decision gives it.
pub(super) fn value(value: f64, unit: &str) -> String {
    match unit {
        "us" => micros(value),
        "ratio" => percent(value),
        "per_s" => rate(value),
        "count" => grouped(value.round() as u64),
        unit => format!("{} {unit}", three(value)),
    }
}

/// Three significant digits, without trailing zeros after the point.
pub(super) fn three(x: f64) -> String {
    if !x.is_finite() {
        return x.to_string();
    }
    let text = format!("{x:.*}", decimals(x));
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// How many digits after the point make three significant ones.
fn decimals(x: f64) -> usize {
    match x.abs() {
        0.0 => 0,
        x if x >= 99.95 => 0,
        x if x >= 9.995 => 1,
        x if x >= 0.9995 => 2,
        x => 2 + (-x.log10()).ceil().min(9.0) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        for (n, exact, brief) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (12_345, "12,345", "12,345"),
            (1_234_567, "1,234,567", "1.23 M"),
            (999_999_999, "999,999,999", "1000 M"),
            (8_640_000_000, "8,640,000,000", "8.64 G"),
        ] {
            assert_eq!((grouped(n).as_str(), short(n).as_str()), (exact, brief));
        }
        for (us, shown) in [
            (0.0, "0 µs"),
            (1.0, "1 µs"),
            (850.0, "850 µs"),
            (999.6, "1.00 ms"),
            (1_950.0, "1.95 ms"),
            (12_345.0, "12.3 ms"),
            (250_000.0, "250 ms"),
            (999_700.0, "1.00 s"),
            (1_020_000.0, "1.02 s"),
            (59_900_000.0, "59.9 s"),
            (150_000_000.0, "2.5 min"),
            (3_600_000_000.0, "1 h"),
        ] {
            assert_eq!(micros(us), shown, "{us}");
            assert!(micros(us).chars().count() <= 7);
        }
        for (low, value, high, shown) in [
            (3_000, 3_000, Some(3_000), "3.00 s"),
            (4_180, 4_200, Some(4_210), "4.20 s ± 20 ms"),
            (0, 0, Some(5), "0 s ± 5 ms"),
            (0, 0, Some(0), "0 s"),
            (35_000, 35_000, None, "> 35.0 s"),
            (900, 12_000, Some(20_000), "900 ms – 20.0 s"),
            (0, 4, Some(9), "0 s – 9.00 ms"),
            (99_000, 100_000, Some(101_234), "1.67 min ± 1.3 s"),
        ] {
            let [low, value] = [low, value].map(Duration::from_millis);
            assert_eq!(bounds(Bounds { value, low, high: high.map(Duration::from_millis) }), shown);
        }
        for (share, shown) in
            [(0.0, "0 %"), (0.001, "0.1 %"), (0.000_123_4, "0.0123 %"), (0.123_45, "12.3 %"), (1.0, "100 %")]
        {
            assert_eq!(percent(share), shown);
        }
        for (per_second, shown) in [(0.0, "0/s"), (0.25, "0.25/s"), (99.98, "100/s"), (1_999.6, "2,000/s")] {
            assert_eq!(rate(per_second), shown);
        }
        assert_eq!(three(f64::INFINITY), "inf");
    }
}
