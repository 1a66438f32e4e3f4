//! What of some requests the generator cannot have done itself, however disturbed it was: that counts against the target
//! also in seconds that cannot be trusted.

use crate::sample::ErrorClass;
use crate::stats::{Tally, Times};

/// What a disturbed generator may have had a part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubtful {
    /// How its requests went, and how long they took: the second cannot be trusted.
    pub(super) second: bool,
    /// That they had no answer in time: it was held up for a good part of that time.
    pub(super) timeouts: bool,
}

impl Doubtful {
    /// Adds these requests to `sum`. What the generator may have had a part in counts as good and as fast as can be, so
    /// that what is bad in the sum is certainly the target's: the target can only have been worse.
    pub(super) fn add(self, sum: &mut Tally, tally: &Tally, times: Times) {
        let times = if self.second { Times::None } else { times };
        sum.merge_only(tally, times);
        for (class, excused) in tally.counts.by_class().filter(|(class, _)| self.excuses(*class)) {
            sum.counts.errors[class.index()] -= excused;
            sum.counts.failed -= excused;
            sum.counts.done += excused;
        }
    }

    /// Whether the generator may have made a request fail in this way.
    fn excuses(self, class: ErrorClass) -> bool {
        match class {
            // Somebody said no, and who says so is not kept waiting by whoever asks.
            ErrorClass::Refused | ErrorClass::Status | ErrorClass::Assertion => false,
            ErrorClass::Timeout => self.timeouts,
            // Servers cut who does not go on in time, in the middle of a handshake as well.
            ErrorClass::Reset
            | ErrorClass::Tls
            | ErrorClass::Dns
            | ErrorClass::Protocol
            | ErrorClass::Generator => self.second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;
    use crate::sample::{EndpointId, Outcome, Sample};

    /// One good request of a second, and one that failed in each way.
    fn one_of_each() -> Tally {
        let (at, second) = (Offset::from_micros, 1_000_000);
        let outcomes = ErrorClass::ALL.into_iter().map(Outcome::Bad).chain([Outcome::Good]);
        let mut tally = Tally::default();
        for outcome in outcomes {
            let (endpoint, first_byte, connect) = (EndpointId(0), None, None);
            let (planned, sent, done) = (at(0), at(0), at(second));
            tally.record(&Sample { endpoint, planned, sent, first_byte, done, connect, outcome });
        }
        tally
    }

    #[test]
    fn what_the_generator_may_have_done_counts_as_good() {
        use ErrorClass::{Assertion, Refused, Status, Timeout};
        let refusals = [Refused, Status, Assertion];
        let with_timeouts = [Refused, Timeout, Status, Assertion];
        let but_timeouts: Vec<ErrorClass> =
            ErrorClass::ALL.into_iter().filter(|class| *class != Timeout).collect();
        for (second, timeouts, certain, times) in [
            (false, false, &ErrorClass::ALL[..], 1),
            (false, true, &but_timeouts, 1),
            (true, false, &with_timeouts, 0),
            (true, true, &refusals, 0),
        ] {
            let mut sum = Tally::default();
            Doubtful { second, timeouts }.add(&mut sum, &one_of_each(), Times::Response);
            let failed: Vec<ErrorClass> = sum.counts.by_class().map(|(class, _)| class).collect();
            assert_eq!(failed, certain, "{second} {timeouts}");
            assert_eq!(sum.counts.failed, certain.len() as u64);
            assert_eq!((sum.counts.ended(), sum.counts.planned), (10, 10), "none is left out");
            assert_eq!(sum.response.count(), times, "how long it took is told only where it can be trusted");
        }
    }
}
