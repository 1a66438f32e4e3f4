//! How long somebody whose requests get no answer waits before asking again.
//!
//! In the closed model the next request follows the end of the last one. Where nobody listens that end comes at once, and
//! asking on without a pause would be tens of thousands of refused connections a second: a burden for the target just when
//! it comes back, and a number of failures that says how fast this machine is refused.

use crate::sample::ErrorClass;
use std::time::Duration;

/// The first pause. A connection that was cut is worth one more try at once.
const SHORTEST: Duration = Duration::from_millis(1);
/// Recovery is measured in tenths of a second, so each of them has to see whether the target is back.
const LONGEST: Duration = Duration::from_millis(100);

/// The pauses of one connection or user.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    /// The next pause; none while requests are answered.
    next: Option<Duration>,
}

impl Backoff {
    /// How long to wait after a request that went well, or failed so. Pauses begin with the second request in a row that
    /// got no answer, double with each further one, and are over with the first answer, whatever it says.
    pub(super) fn after(&mut self, failed: Option<ErrorClass>) -> Duration {
        if failed.is_none_or(ErrorClass::was_answered) {
            self.next = None;
            return Duration::ZERO;
        }
        let pause = self.next.unwrap_or_default();
        self.next = Some((pause * 2).clamp(SHORTEST, LONGEST));
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_tenth_of_a_second_and_end_with_an_answer() {
        let refused = Some(ErrorClass::Refused);
        let mut backoff = Backoff::default();
        let pauses = |backoff: &mut Backoff, count: usize| -> Vec<u128> {
            (0..count).map(|_| backoff.after(refused).as_millis()).collect()
        };
        assert_eq!(pauses(&mut backoff, 11), [0, 1, 2, 4, 8, 16, 32, 64, 100, 100, 100]);
        for answered in [None, Some(ErrorClass::Status), Some(ErrorClass::Assertion)] {
            assert_eq!(backoff.after(answered), Duration::ZERO);
            assert_eq!(pauses(&mut backoff, 4), [0, 1, 2, 4], "{answered:?}");
        }
    }
}
