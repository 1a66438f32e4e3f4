//! Shares of processors as Kubernetes writes them: `250m`, `0.5`, `2`.

use super::{UnitError, number_and_unit, written_as_string};
use std::fmt;
use std::str::FromStr;

/// Thousandths of a processor. Whole processors have no unit in Kubernetes, so a bare number means those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cpu(u64);

impl Cpu {
    /// So many thousandths.
    pub const fn millicores(thousandths: u64) -> Cpu {
        Cpu(thousandths)
    }

    /// The number of thousandths.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Cpu {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let not_a = || UnitError::NotA {
            written: text.into(),
            kind: "share of processors",
            example: "`250m` or `0.5`",
        };
        let (number, unit) = number_and_unit(text).ok_or_else(not_a)?;
        let thousandths = match unit {
            "m" => number,
            "" => number * 1000.0,
            _ => return Err(not_a()),
        };
        if !(1.0..=1e9).contains(&thousandths) {
            return Err(UnitError::Range { written: text.into(), range: "1m to 1000000" });
        }
        Ok(Cpu(thousandths.round() as u64))
    }
}

/// As the API server writes it.
impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}

written_as_string!(Cpu, r"^[0-9][0-9._]*m?$", "a share of processors such as 250m or 0.5", ["250m", "0.5"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms() {
        for (written, thousandths, shown) in
            [("250m", 250, "250m"), ("0.5", 500, "500m"), ("2", 2000, "2"), ("1000m", 1000, "1")]
        {
            let parsed: Cpu = written.parse().unwrap();
            assert_eq!((parsed.get(), parsed.to_string().as_str()), (thousandths, shown));
        }
        for (written, part) in [("5s", "not a share"), ("0", "out of range"), ("m", "not a share")] {
            let error = written.parse::<Cpu>().unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
