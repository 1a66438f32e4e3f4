//! A gate is not decided against a target by what its generator did. One that would fail is judged once more without
//! the seconds that the generator may have spoilt: only where it fails there as well has the target failed it.

use super::{FaultResult, Untrusted};
use crate::clock::Offset;
use crate::gate::{Decision, Gate, Of};
use crate::trust::Spoilt;
use crate::verdict::Verdict;
use std::time::Duration;

/// Which decisions are looked at a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubted {
    /// Those that a gate does not hold.
    Failures,
    /// Those that a gate holds as well: an allowance lets the run pass with seconds that cannot be trusted.
    FailuresAndPasses,
}

impl Doubted {
    /// Whether this decision on requests has to be looked at a second time. What a gate asks about the generator itself
    /// stands as it is.
    pub(super) fn needs(self, gate: &Gate, decision: &Decision) -> bool {
        let doubted = match decision.verdict {
            Verdict::Fail => true,
            Verdict::Pass => self == Doubted::FailuresAndPasses,
            Verdict::Warn | Verdict::Inconclusive => false,
        };
        gate.metric.tells_of_target() && doubted
    }
}

/// What becomes of a decision by all seconds, given that `without` those which the generator may have spoilt.
pub(super) fn weigh(whole: Decision, without: &Decision, untrusted: &Untrusted) -> Decision {
    let spoilt = because(untrusted);
    match (whole.verdict, without.verdict) {
        (Verdict::Fail, Verdict::Fail) => Decision {
            reason: format!("{}; so it is without the seconds that cannot be trusted, too", whole.reason),
            ..whole
        },
        (found, rest) if found == rest => whole,
        (Verdict::Fail, _) => Decision {
            verdict: Verdict::Inconclusive,
            reason: format!(
                "{}; but the generator may have done that ({spoilt}), and without those seconds: {}",
                whole.reason, without.reason
            ),
            ..whole
        },
        _ => Decision {
            verdict: Verdict::Inconclusive,
            reason: format!(
                "{}; but without the seconds that cannot be trusted ({spoilt}): {}",
                whole.reason, without.reason
            ),
            ..whole
        },
    }
}

/// What becomes of a decision about a fault. How long something took cannot be said without a part of that time, so one
/// such second is enough for a failure to prove nothing. Writes that are gone are gone, whatever the generator did.
pub(super) fn weigh_fault(
    gate: &Gate,
    whole: Decision,
    stretch: Option<(Offset, Offset)>,
    (spoilt, untrusted): (&Spoilt, &Untrusted),
) -> Decision {
    let touched = stretch.is_some_and(|(from, to)| spoilt.touches(from, to));
    if whole.verdict != Verdict::Fail || gate.metric.of() != Of::Fault || !touched {
        return whole;
    }
    Decision {
        verdict: Verdict::Inconclusive,
        reason: format!(
            "{}; but the generator may have made it longer: seconds of it cannot be trusted ({})",
            whole.reason,
            because(untrusted)
        ),
        ..whole
    }
}

/// From the injection until it was good again for `stable_for`, at the latest until `end`. Which moment counts as
/// recovered depends on all of it.
pub(super) fn stretch(fault: &FaultResult, stable_for: Duration, end: Offset) -> Option<(Offset, Offset)> {
    let recovery = fault.recovery.as_ref()?;
    let from = fault
        .injections
        .iter()
        .filter(|one| one.number == recovery.injection)
        .find_map(super::Injection::injected)
        .or(fault.injected())?;
    let to = recovery.overall.recovered.map_or(end, |at| (at + stable_for).min(end));
    Some((from, to))
}

/// How many seconds and why.
fn because(untrusted: &Untrusted) -> String {
    let causes: Vec<&str> = untrusted
        .causes
        .iter()
        .filter(|known| known.cause.spoils())
        .map(|known| known.cause.words())
        .collect();
    format!("{} s of the run: {}", untrusted.seconds, causes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{FaultPhase, FaultStep};
    use crate::history::FaultPlan;
    use crate::run::fault::Faults;
    use crate::run::{Cause, Measures, Recovery};
    use crate::trust::Doubt;

    fn at(secs: u64) -> Offset {
        Offset::from_micros(secs * 1_000_000)
    }

    /// Injected in second 20 and good again in second 40, or never.
    fn fault(recovered: Option<u64>) -> FaultResult {
        let plan = FaultPlan { name: "kill".into(), kind: "pod_kill".into(), at: at(20), until: None };
        let mut faults = Faults::new(&[plan]);
        for phase in [FaultPhase::Injected, FaultPhase::Proven] {
            let (text, objects) = (String::new(), vec![]);
            faults.add(at(20), FaultStep { fault: 0, injection: 0, phase, text, objects }).unwrap();
        }
        let overall = Measures { recovered: recovered.map(at), ..Measures::default() };
        let recovery =
            Recovery { injection: 0, overall, endpoints: vec![], shared_with: vec![], doubt: None };
        FaultResult { recovery: Some(recovery), ..faults.results(Vec::new()).remove(0) }
    }

    #[test]
    fn a_recovery_in_seconds_that_cannot_be_trusted_proves_nothing() {
        use Verdict::{Fail, Inconclusive, Pass};
        for (gate, recovered, found, spoilt_second, expected) in [
            ("failover(kill) <= 5s", Some(40), Fail, 30, Inconclusive),
            ("downtime(kill) <= 5s", Some(40), Fail, 20, Inconclusive),
            ("rto(kill) <= 5s", Some(40), Fail, 44, Inconclusive),
            ("rto(kill) <= 5s", Some(40), Fail, 46, Fail),
            ("rto(kill) <= 5s", Some(40), Fail, 19, Fail),
            ("rto(kill) <= 5s", None, Fail, 90, Inconclusive),
            ("rto(kill) <= 50s", Some(40), Pass, 30, Pass),
            ("lost(kill) == 0", Some(40), Fail, 30, Fail),
        ] {
            let gate = Gate::parse(gate).unwrap();
            let (mut spoilt, mut untrusted) = (Spoilt::default(), Untrusted::default());
            spoilt.add(spoilt_second);
            untrusted.note(spoilt_second, &[Doubt { cause: Cause::Queue, value: 9.0, limit: 1.0 }]);
            let stretch = stretch(&fault(recovered), Duration::from_secs(5), at(100));
            let (value, reason) = (Some(20e6), "it took 20 s".to_owned());
            let whole = Decision { verdict: found, value, unit: "us", low: None, high: None, n: 1, reason };
            let decision = weigh_fault(&gate, whole, stretch, (&spoilt, &untrusted));
            assert_eq!(decision.verdict, expected, "{gate} {spoilt_second}: {}", decision.reason);
            assert_eq!(decision.reason.contains("waiting for a core"), expected == Inconclusive);
        }
    }
}
