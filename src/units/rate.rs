//! Arrivals per time: `200/s`, `6k/min`, `0.5/s`.

use super::{UnitError, number_and_unit, written_as_string};
use std::fmt;
use std::str::FromStr;

/// A rate of events, kept per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Rate(f64);

/// Above this no plan is realistic and arithmetic on arrival numbers would lose precision.
const MAX_PER_SECOND: f64 = 10_000_000.0;

impl Rate {
    /// No arrivals at all.
    pub const ZERO: Rate = Rate(0.0);

    /// `n` events a second; negative or not finite numbers become zero.
    pub fn per_second(n: f64) -> Rate {
        Rate(if n.is_finite() { n.max(0.0) } else { 0.0 })
    }

    /// Events a second.
    pub fn as_per_second(self) -> f64 {
        self.0
    }

    /// This rate times a factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Rate {
        Rate::per_second(self.0 * factor)
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let not_a = || UnitError::NotA {
            written: text.into(),
            kind: "rate",
            example: "`200/s`, `6k/min` or `1000/h`",
        };
        let (number, unit) = number_and_unit(text).ok_or_else(not_a)?;
        let (scale, per) = match unit.split_once('/') {
            Some(("", per)) => (1.0, per),
            Some(("k", per)) => (1_000.0, per),
            Some(("M", per)) => (1_000_000.0, per),
            None if unit.is_empty() => {
                return Err(UnitError::NoUnit {
                    written: text.into(),
                    example: format!("`{number}/s` or `{number}/min`"),
                });
            }
            _ => return Err(not_a()),
        };
        let seconds = match per.trim() {
            "s" | "sec" | "second" => 1.0,
            "m" | "min" | "minute" => 60.0,
            "h" | "hour" => 3_600.0,
            _ => return Err(not_a()),
        };
        let rate = number * scale / seconds;
        if rate > MAX_PER_SECOND {
            return Err(UnitError::Range { written: text.into(), range: "at most 10M/s" });
        }
        Ok(Rate(rate))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second = self.0;
        if per_second > 0.0 && per_second < 1.0 && (per_second * 60.0).fract() < 1e-9 {
            return write!(f, "{}/min", (per_second * 60.0).round());
        }
        if per_second.fract() < 1e-9 {
            write!(f, "{per_second:.0}/s")
        } else {
            write!(f, "{per_second:.2}/s")
        }
    }
}

written_as_string!(
    Rate,
    r"^[0-9][0-9._]*\s*[kM]?/\s*(s|sec|second|m|min|minute|h|hour)$",
    "a rate such as 200/s",
    ["200/s", "6k/min"]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms_and_what_they_mean() {
        for (written, per_second, shown) in [
            ("200/s", 200.0, "200/s"),
            ("6k/min", 100.0, "100/s"),
            ("1_000/s", 1000.0, "1000/s"),
            ("30/min", 0.5, "30/min"),
            ("3600/h", 1.0, "1/s"),
            ("2.5/s", 2.5, "2.50/s"),
        ] {
            let rate: Rate = written.parse().unwrap();
            assert!((rate.as_per_second() - per_second).abs() < 1e-9, "{written}");
            assert_eq!(rate.to_string(), shown);
        }
    }

    #[test]
    fn what_is_refused_and_in_which_words() {
        for (written, words) in [
            ("200", "`200` has no unit; write `200/s` or `200/min`"),
            ("fast", "`fast` is not a rate; write for example `200/s`, `6k/min` or `1000/h`"),
            ("200/d", "`200/d` is not a rate; write for example `200/s`, `6k/min` or `1000/h`"),
            ("99M/s", "`99M/s` is out of range: at most 10M/s"),
        ] {
            assert_eq!(written.parse::<Rate>().unwrap_err().to_string(), words);
        }
    }
}
