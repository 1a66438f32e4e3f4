//! A length of time that was measured once and lies between two bounds, because what we see are samples.

use std::time::Duration;

/// A measured length of time and where the truth lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The best figure; of something that was not over when we stopped looking, how long it had lasted by then.
    pub value: Duration,
    /// The truth is not below this.
    pub low: Duration,
    /// The truth is not above this; none where it was not over when we stopped looking.
    pub high: Option<Duration>,
}

impl Bounds {
    /// Exactly this.
    pub const fn exact(value: Duration) -> Bounds {
        Bounds { value, low: value, high: Some(value) }
    }

    /// Longer than this: it was not over when we stopped looking.
    pub const fn more_than(value: Duration) -> Bounds {
        Bounds { value, low: value, high: None }
    }
}
