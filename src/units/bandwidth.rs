//! Bytes per time: `1MiB/s`.

use super::{Bytes, UnitError, written_as_string};
use std::fmt;
use std::str::FromStr;

/// A number of bytes per second, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bandwidth(Bytes);

impl Bandwidth {
    /// Bytes a second.
    pub const fn bytes_per_second(self) -> u64 {
        self.0.get()
    }
}

impl FromStr for Bandwidth {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let written = || text.trim().to_owned();
        let size = text.trim().strip_suffix("/s").map(|size| size.trim().parse::<Bytes>());
        match size {
            Some(Ok(size)) if size.get() == 0 => {
                Err(UnitError::Range { written: written(), range: "1B/s to 1 PiB/s" })
            }
            Some(Ok(size)) => Ok(Bandwidth(size)),
            Some(Err(UnitError::Range { .. })) => {
                Err(UnitError::Range { written: written(), range: "1B/s to 1 PiB/s" })
            }
            None if text.parse::<Bytes>().is_ok() => {
                Err(UnitError::NoUnit { written: written(), example: format!("`{}/s`", text.trim()) })
            }
            _ => Err(UnitError::NotA {
                written: written(),
                kind: "bandwidth",
                example: "`1MiB/s` or `64kB/s`",
            }),
        }
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

written_as_string!(
    Bandwidth,
    r"^[0-9][0-9._]*\s*(?i:[kmg]i?b|b)\s*/s$",
    "a bandwidth such as 1MiB/s",
    ["1MiB/s", "64kB/s"]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms_and_how_they_are_shown() {
        for (written, bytes, shown) in
            [("1MiB/s", 1_048_576, "1MiB/s"), ("64 kB/s", 64_000, "64kB/s"), ("1B/s", 1, "1B/s")]
        {
            let parsed: Bandwidth = written.parse().unwrap();
            assert_eq!((parsed.bytes_per_second(), parsed.to_string().as_str()), (bytes, shown));
        }
    }

    #[test]
    fn what_is_refused_and_in_which_words() {
        for (written, words) in [
            ("1MiB", "`1MiB` has no unit; write `1MiB/s`"),
            ("0B/s", "`0B/s` is out of range: 1B/s to 1 PiB/s"),
            ("9000000GB/s", "`9000000GB/s` is out of range: 1B/s to 1 PiB/s"),
            ("8/s", "`8/s` is not a bandwidth; write for example `1MiB/s` or `64kB/s`"),
            ("slow", "`slow` is not a bandwidth; write for example `1MiB/s` or `64kB/s`"),
        ] {
            assert_eq!(written.parse::<Bandwidth>().unwrap_err().to_string(), words);
        }
    }
}
