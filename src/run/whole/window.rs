//! One window in itself.

use super::NEXT;
use crate::history::EndpointPlan;
use crate::stats::Delta;

/// What contradicts itself in the window of this endpoint, if anything does: `planned = done + failed + dropped`, each
/// failure has its class, each good answer its duration, and each request its tenth of a second.
pub(in crate::run) fn contradiction(plan: &EndpointPlan, delta: &Delta) -> Option<String> {
    let counts = &delta.tally.counts;
    let ended = sum([counts.done, counts.failed, counts.dropped]);
    let classes = sum(counts.errors);
    let timed = delta.tally.response.count();
    let slots = sum(delta.slots.iter().flat_map(|(_, slot)| [slot.good, slot.bad]));
    let what = if ended != counts.planned {
        format!(
            "{} planned, but {} done, {} failed and {} dropped",
            counts.planned, counts.done, counts.failed, counts.dropped
        )
    } else if classes != counts.failed {
        format!("{} failed, but {classes} have a class", counts.failed)
    } else if timed != counts.done {
        format!("{} done, but {timed} have a duration", counts.done)
    } else if slots != counts.planned && !delta.slots.is_empty() {
        format!("{} planned, but {slots} in its tenths of a second", counts.planned)
    } else {
        return None;
    };
    Some(format!(
        "the window of {} in second {} holds {what}, and is left out; {NEXT}",
        plan.name, delta.second
    ))
}

fn sum(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;
    use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
    use std::time::Duration;

    /// Two good, one failed, one dropped.
    fn honest() -> Delta {
        let at = |ms: u64| Offset::from_micros(3_000_000 + ms * 1_000);
        let mut delta = Delta::new(EndpointId(0), 0, 3);
        for (ms, outcome) in
            [(10, Outcome::Good), (20, Outcome::Good), (30, Outcome::Bad(ErrorClass::Timeout))]
        {
            let (planned, endpoint) = (at(ms), EndpointId(0));
            let (first_byte, connect) = (None, None);
            // The last answers come in tenths, and in seconds, of their own.
            let done = at(ms * 60);
            let sample = Sample { endpoint, planned, sent: planned, first_byte, done, connect, outcome };
            delta.record(&sample, Duration::from_secs(1));
        }
        delta.drop_one(at(40));
        delta
    }

    #[test]
    fn what_does_not_add_up_is_named_with_its_place() {
        type Change = fn(&mut Delta);
        let table: [(Change, &str); 6] = [
            (|_| {}, ""),
            (|delta| delta.tally.counts.done = 500, "4 planned, but 500 done, 1 failed and 1 dropped"),
            (|delta| delta.tally.counts.planned = u64::MAX, "planned, but 2 done, 1 failed and 1 dropped"),
            (|delta| delta.tally.counts.errors[0] += 1, "1 failed, but 2 have a class"),
            (|delta| delta.tally.response.clear(), "2 done, but 0 have a duration"),
            (
                |delta| delta.slots.count(Offset::ZERO, crate::stats::Good::Yes),
                "4 planned, but 5 in its tenths",
            ),
        ];
        for (change, words) in table {
            let mut delta = honest();
            change(&mut delta);
            let plan = EndpointPlan { name: "browse/list".into(), journey: "browse".into() };
            match contradiction(&plan, &delta) {
                None => assert_eq!(words, "", "{delta:?}"),
                Some(text) => {
                    assert!(!words.is_empty() && text.contains(words), "{text}");
                    assert!(text.contains("browse/list in second 3"), "{text}");
                }
            }
        }
    }
}
