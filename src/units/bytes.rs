//! Sizes: `64KiB`, `10MB`.

use super::{UnitError, number_and_unit, written_as_string};
use std::fmt;
use std::str::FromStr;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Bytes(u64);

/// Longest unit first, so that a display uses the largest that divides.
const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl Bytes {
    /// `n` bytes.
    pub const fn new(n: u64) -> Bytes {
        Bytes(n)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Bytes {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let not_a =
            || UnitError::NotA { written: text.into(), kind: "size", example: "`64KiB`, `10MB` or `512B`" };
        let (number, unit) = number_and_unit(text).ok_or_else(not_a)?;
        if unit.is_empty() {
            return Err(UnitError::NoUnit {
                written: text.into(),
                example: format!("`{number}B` or `{number}KiB`"),
            });
        }
        let (_, scale) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(not_a)?;
        let bytes = number * *scale as f64;
        if bytes > (1_u64 << 50) as f64 {
            return Err(UnitError::Range { written: text.into(), range: "at most 1 PiB" });
        }
        Ok(Bytes(bytes.round() as u64))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, scale)| self.0 >= *scale && self.0.is_multiple_of(*scale));
        match whole {
            Some((name, scale)) if *scale > 1 => write!(f, "{}{name}", self.0 / scale),
            _ => {
                match UNITS.iter().filter(|(name, _)| name.contains('i')).find(|(_, scale)| self.0 >= *scale)
                {
                    Some((name, scale)) => write!(f, "{:.1}{name}", self.0 as f64 / *scale as f64),
                    None => write!(f, "{}B", self.0),
                }
            }
        }
    }
}

written_as_string!(Bytes, r"^[0-9][0-9._]*\s*(?i:[kmg]i?b|b)$", "a size such as 64KiB", ["64KiB", "10MB"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms() {
        for (written, bytes, shown) in [
            ("64KiB", 65_536, "64KiB"),
            ("10MB", 10_000_000, "10MB"),
            ("512B", 512, "512B"),
            ("1.5KiB", 1536, "1.5KiB"),
        ] {
            let parsed: Bytes = written.parse().unwrap();
            assert_eq!((parsed.get(), parsed.to_string().as_str()), (bytes, shown));
        }
        assert_eq!(
            "64".parse::<Bytes>().unwrap_err().to_string(),
            "`64` has no unit; write `64B` or `64KiB`"
        );
    }
}
