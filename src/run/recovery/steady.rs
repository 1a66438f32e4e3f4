//! The time until answers are about as fast again as before the fault.

use super::latency::{Baseline, Latency};
use crate::clock::Offset;
use crate::history::RecoveryPlan;
use crate::run::Bounds;
use std::time::Duration;

/// The percentile is one of a whole second, so nothing shorter can be seen.
const SECOND: Duration = Duration::from_secs(1);

/// From `effect` to the first second from which on the 95th percentile of each second stays near the one before.
/// Seconds without requests tell nothing; one with the wrong answer for more than one in twenty is never steady.
pub(super) fn steady(
    latency: &Latency,
    baseline: Option<Baseline>,
    plan: &RecoveryPlan,
    effect: Offset,
    end: Offset,
) -> Option<Bounds> {
    let limit =
        baseline.filter(|baseline| baseline.p95_us < u64::MAX)?.p95_us as f64 * (1.0 + plan.steady.get());
    let stable = plan.stable_for.get();
    let start = |second: u64| Offset::from_micros(second.saturating_mul(1_000_000));
    let mut since = None;
    for (second, p95_us) in latency.from(effect.second()).filter(|(second, _)| start(*second) < end) {
        if p95_us as f64 > limit {
            since = None;
            continue;
        }
        let first = *since.get_or_insert(second);
        if start(second + 1).min(end).since(start(first).max(effect)) >= stable {
            let value = start(first).since(effect);
            return Some(Bounds { value, low: value.saturating_sub(SECOND), high: Some(value + SECOND) });
        }
    }
    (end > effect).then(|| Bounds::more_than(since.map_or(end, start).since(effect)))
}

#[cfg(test)]
mod tests {
    use super::super::coarse::Coarse;
    use super::*;
    use crate::sample::{EndpointId, Outcome, Sample};
    use crate::stats::Delta;

    fn at(seconds: f64) -> Offset {
        Offset::from_secs_f64(seconds)
    }

    /// A request every 50 ms; how long each second's take.
    fn latency(millis: impl Fn(u64) -> u64, seconds: u64) -> Latency {
        let mut latency = Latency::default();
        for second in 0..seconds {
            let mut delta = Delta::new(EndpointId(0), 0, second);
            for n in 0..20 {
                let planned = Offset::from_micros(second * 1_000_000 + n * 50_000);
                let done = planned + Duration::from_millis(millis(second));
                let (sent, outcome) = (planned, Outcome::Good);
                let sample = Sample {
                    endpoint: EndpointId(0),
                    planned,
                    sent,
                    first_byte: None,
                    done,
                    connect: None,
                    outcome,
                };
                delta.record(&sample, Duration::from_secs(1));
            }
            latency.add(second, &Coarse::from(&delta.tally));
        }
        latency
    }

    fn of(millis: impl Fn(u64) -> u64, end: u64) -> Option<Bounds> {
        let latency = latency(millis, end);
        steady(
            &latency,
            latency.baseline(at(20.0), &RecoveryPlan::default()),
            &RecoveryPlan::default(),
            at(20.4),
            at(end as f64),
        )
    }

    #[test]
    fn it_is_steady_from_the_first_of_enough_seconds_near_the_one_before() {
        let slow = |from: u64, to: u64| move |second: u64| if (from..to).contains(&second) { 90 } else { 10 };
        let value = |bounds: Option<Bounds>| bounds.map(|one| (one.value.as_secs_f64(), one.high.is_some()));
        assert_eq!(value(of(slow(20, 27), 60)), Some((6.6, true)));
        assert_eq!(value(of(slow(60, 60), 60)), Some((0.0, true)), "never slower");
        assert_eq!(value(of(slow(20, 60), 60)), Some((39.6, false)), "never steady again");
        assert_eq!(value(of(slow(20, 57), 60)), Some((36.6, false)), "not for long enough");
        assert_eq!(
            value(of(|second| if second > 20 && second % 4 == 3 { 90 } else { 10 }, 60)),
            Some((39.6, false))
        );
        let near = |second: u64| if second < 20 { 100 } else { 115 };
        assert_eq!(value(of(near, 60)), Some((0.0, true)), "within a fifth");
    }

    #[test]
    fn without_a_time_before_there_is_nothing_to_come_back_to() {
        let (latency, plan) = (latency(|_| 10, 40), RecoveryPlan::default());
        assert_eq!(steady(&latency, latency.baseline(at(0.0), &plan), &plan, at(0.1), at(40.0)), None);
    }

    #[test]
    fn old_seconds_keep_their_percentile() {
        let latency = latency(|second| if second < 25 { 10 } else { 40 }, 1_000);
        assert!(latency.from(24).take(2).map(|(_, p95)| p95 / 10_000).eq([1, 4]));
    }
}
