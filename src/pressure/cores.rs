//! How many cores to keep busy.

use std::str::FromStr;

/// A number of cores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cores {
    /// As many as this process may use.
    All,
    /// So many; half a core is one thread that is busy half of the time.
    Number(f64),
}

/// More threads than this are a mistake.
const MOST: f64 = 1024.0;

impl FromStr for Cores {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Cores, &'static str> {
        if text == "all" {
            return Ok(Cores::All);
        }
        let number = text.parse().ok().filter(|number: &f64| *number > 0.0 && *number <= MOST);
        number.map(Cores::Number).ok_or("write a number of cores such as 1 or 0.5, at most 1024, or all")
    }
}

impl Cores {
    /// The number.
    pub fn count(self) -> f64 {
        match self {
            Cores::All => std::thread::available_parallelism().map_or(1, usize::from) as f64,
            Cores::Number(number) => number,
        }
    }

    /// The threads: which part of the time each is busy.
    pub(super) fn shares(self) -> Vec<f64> {
        let count = self.count();
        let mut shares = vec![1.0; count.floor() as usize];
        if count.fract() > 0.0 {
            shares.push(count.fract());
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cores_are_whole_threads_and_the_rest_is_one_more() {
        for (text, shares) in [("1", vec![1.0]), ("0.5", vec![0.5]), ("2.25", vec![1.0, 1.0, 0.25])] {
            assert_eq!(text.parse::<Cores>().unwrap().shares(), shares, "{text}");
        }
        assert!(!"all".parse::<Cores>().unwrap().shares().is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["0", "-1", "NaN", "inf", "2000", "", "1,5"] {
            assert!(text.parse::<Cores>().is_err(), "{text}");
        }
    }
}
