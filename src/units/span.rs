//! Lengths of time: `250ms`, `2m`, `1h30m`.

use super::{UnitError, number_and_unit, written_as_string};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span(Duration);

/// A year; longer spans are slips of the keyboard.
const MAX: Duration = Duration::from_hours(366 * 24);

impl Span {
    /// The span of this duration.
    pub const fn new(duration: Duration) -> Span {
        Span(duration)
    }

    /// As a standard duration.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Span {
        Span(duration)
    }
}

impl FromStr for Span {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let not_a = || UnitError::NotA {
            written: text.into(),
            kind: "length of time",
            example: "`250ms`, `30s` or `1h30m`",
        };
        if let Some((number, "")) = number_and_unit(text) {
            let example = format!("`{number}s` or `{number}ms`");
            return Err(UnitError::NoUnit { written: text.into(), example });
        }
        let parsed: jiff::Span = text.trim().parse().map_err(|_| not_a())?;
        let days_are_24_hours = jiff::SpanRelativeTo::days_are_24_hours();
        let duration = parsed.to_duration(days_are_24_hours).map_err(|_| not_a())?;
        let range = UnitError::Range { written: text.into(), range: "0s to 1 year" };
        match Duration::try_from(duration) {
            Ok(duration) if duration <= MAX => Ok(Span(duration)),
            _ => Err(range),
        }
    }
}

impl fmt::Display for Span {
    /// The shortest exact form: `1h30m`, `2.5s`, `250ms`, `0.85ms` stays `850us`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros() as u64;
        match micros {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{micros}us"),
            1_000..1_000_000 => write!(f, "{}ms", trimmed(micros, 1_000)),
            1_000_000..60_000_000 => write!(f, "{}s", trimmed(micros, 1_000_000)),
            _ => {
                let (hours, rest) = (micros / 3_600_000_000, micros % 3_600_000_000);
                let (minutes, seconds) = (rest / 60_000_000, rest % 60_000_000);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if minutes > 0 {
                    write!(f, "{minutes}m")?;
                }
                if seconds > 0 { write!(f, "{}s", trimmed(seconds, 1_000_000)) } else { Ok(()) }
            }
        }
    }
}

/// `micros / unit` with at most three decimals and no trailing zeros.
fn trimmed(micros: u64, unit: u64) -> String {
    let text = format!("{:.3}", micros as f64 / unit as f64);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

written_as_string!(Span, r"^[0-9].*[a-zµ]$", "a length of time such as 250ms", ["250ms", "30s", "1h30m"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms_and_how_they_are_shown() {
        for (written, millis, shown) in [
            ("250ms", 250.0, "250ms"),
            ("2m", 120_000.0, "2m"),
            ("1h30m", 5_400_000.0, "1h30m"),
            ("1.5s", 1_500.0, "1.5s"),
            ("850us", 0.85, "850us"),
            ("1d", 86_400_000.0, "24h"),
            ("90s", 90_000.0, "1m30s"),
            ("0s", 0.0, "0s"),
        ] {
            let span: Span = written.parse().unwrap();
            assert!((span.get().as_secs_f64() * 1_000.0 - millis).abs() < 1e-9, "{written}");
            assert_eq!(span.to_string(), shown);
        }
    }

    #[test]
    fn what_is_refused_and_in_which_words() {
        for (written, words) in [
            ("250", "`250` has no unit; write `250s` or `250ms`"),
            ("soon", "`soon` is not a length of time; write for example `250ms`, `30s` or `1h30m`"),
            ("-5s", "`-5s` is out of range: 0s to 1 year"),
            ("400d", "`400d` is out of range: 0s to 1 year"),
        ] {
            assert_eq!(written.parse::<Span>().unwrap_err().to_string(), words);
        }
    }
}
