//! Shares of a whole: `10%`, `0.1%`.

use super::{UnitError, number_and_unit, written_as_string};
use std::fmt;
use std::str::FromStr;

/// A share between 0 and 1, written in percent.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Ratio(f64);

impl Ratio {
    /// The share `part / whole` held within 0 and 1; zero when it is not a number.
    pub fn new(share: f64) -> Ratio {
        Ratio(if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// The share as a number between 0 and 1.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl FromStr for Ratio {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let not_a = || UnitError::NotA { written: text.into(), kind: "share", example: "`10%` or `0.1%`" };
        let (number, unit) = number_and_unit(text).ok_or_else(not_a)?;
        match unit {
            "%" if number <= 100.0 => Ok(Ratio(number / 100.0)),
            "%" => Err(UnitError::Range { written: text.into(), range: "0% to 100%" }),
            "" => Err(UnitError::NoUnit { written: text.into(), example: format!("`{number}%`") }),
            _ => Err(not_a()),
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounding to 12 places hides the binary noise of 0.1 / 100 without hiding a digit anyone wrote.
        write!(f, "{}%", (self.0 * 100.0 * 1e12).round() / 1e12)
    }
}

written_as_string!(Ratio, r"^[0-9][0-9._]*\s*%$", "a share such as 10%", ["10%", "0.1%"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms() {
        assert_eq!("0.1%".parse::<Ratio>().unwrap().to_string(), "0.1%");
        assert!(("10 %".parse::<Ratio>().unwrap().get() - 0.1).abs() < 1e-12);
        assert_eq!("10".parse::<Ratio>().unwrap_err().to_string(), "`10` has no unit; write `10%`");
        assert_eq!("101%".parse::<Ratio>().unwrap_err().to_string(), "`101%` is out of range: 0% to 100%");
    }
}
