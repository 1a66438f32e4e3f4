//! What a gate on a fault is judged by: the figures of that fault, or why it has none.

use super::{DataLoss, FaultResult, LedgerResult};
use crate::event::Ending;
use crate::gate::{Figure, Measured, Metric, Of, Watched, Writes};

/// What was measured around this fault. `ledger` is that of the run.
pub(super) fn of(
    metric: Metric,
    fault: &FaultResult,
    watched: Watched,
    ledger: Option<&LedgerResult>,
) -> Measured {
    match metric.of() {
        Of::Data => data(fault, ledger),
        Of::Fault | Of::Requests => felt(metric, fault, watched),
    }
}

/// There is no figure; why.
pub(super) fn nothing(why: String) -> Measured {
    Measured { figure: Figure::Nothing(why), shared_with: Vec::new() }
}

/// What is said where a history has nothing of it.
const UNMEASURED: &str = "this run did not measure it";
/// What is said where no change of the cluster looks as if it had noticed.
const UNNOTICED: &str = "nothing that was watched in the cluster shows that the platform noticed";
/// What is said of writes where there is no ledger.
const NO_LEDGER: &str =
    "the run had no ledger, so nobody knows which writes are gone; add `ledger:` to the scenario";

/// How long a run was watched that ended so.
pub(super) fn watched(ending: Option<&Ending>) -> Watched {
    if ending == Some(&Ending::Completed) { Watched::ToTheEnd } else { Watched::CutShort }
}

/// What users felt.
fn felt(metric: Metric, fault: &FaultResult, watched: Watched) -> Measured {
    let Some(recovery) = &fault.recovery else { return nothing(UNMEASURED.to_owned()) };
    if let Some(doubt) = &recovery.doubt {
        return nothing(doubt.clone());
    }
    let all = &recovery.overall;
    let bounds = match metric {
        Metric::Detection => all.detection,
        Metric::Failover => all.failover,
        Metric::Downtime => all.downtime,
        _ => all.rto,
    };
    match (bounds, metric) {
        (Some(bounds), _) => {
            Measured { figure: Figure::Time { bounds, watched }, shared_with: recovery.shared_with.clone() }
        }
        (None, Metric::Detection) => nothing(UNNOTICED.to_owned()),
        (None, _) => nothing(UNMEASURED.to_owned()),
    }
}

/// What it cost of the acknowledged writes.
fn data(fault: &FaultResult, ledger: Option<&LedgerResult>) -> Measured {
    match (&fault.data, ledger) {
        (None, None) => nothing(NO_LEDGER.to_owned()),
        (None, Some(_)) => nothing(UNMEASURED.to_owned()),
        (Some(DataLoss { doubt: Some(doubt), lost: 0, .. }), _) => nothing(doubt.clone()),
        (Some(DataLoss { doubt: Some(doubt), lost, .. }), _) => {
            nothing(format!("{doubt}; acknowledged writes that are gone all the same: {lost}"))
        }
        (Some(data), _) => Measured {
            figure: Figure::Writes(Writes {
                rpo: data.rpo,
                lost: data.lost,
                acknowledged: data.acknowledged,
                at_most: data.at_most,
                split_brain: data.split_brain,
            }),
            shared_with: data.shared_with.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;
    use crate::gate::{Decision, Evidence, Gate, decide};
    use crate::history::FaultPlan;
    use crate::run::fault::Faults;
    use crate::run::{Bounds, Measures, Recovery};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use std::time::Duration;

    /// A fault of which nothing is known but what the test adds.
    fn fault() -> FaultResult {
        let plan = FaultPlan { name: "kill".into(), kind: "pod_kill".into(), at: Offset::ZERO, until: None };
        Faults::new(&[plan]).results(Vec::new()).remove(0)
    }

    fn recovery() -> Recovery {
        let second = |n| Some(Bounds::exact(Duration::from_secs(n)));
        let overall = Measures {
            detection: second(1),
            failover: second(2),
            rto: second(3),
            downtime: Some(Bounds::more_than(Duration::from_secs(4))),
            ..Measures::default()
        };
        Recovery { injection: 0, overall, endpoints: vec![], shared_with: vec![], doubt: None }
    }

    fn loss() -> DataLoss {
        DataLoss {
            rpo: Some(Bounds::exact(Duration::ZERO)),
            lost: 0,
            acknowledged: 812,
            at_most: Some(3.0 / 812.0),
            split_brain: 0,
            shared_with: vec![],
            doubt: None,
        }
    }

    /// Decides a gate as a run does that ended so and has this fault.
    fn judged(
        text: &str,
        fault: &FaultResult,
        ending: Option<&Ending>,
        ledger: Option<&LedgerResult>,
    ) -> Decision {
        let gate = Gate::parse(text).unwrap();
        decide(&gate, &Evidence::Measured(of(gate.metric, fault, watched(ending), ledger)))
    }

    #[test]
    fn each_metric_has_its_own_figure() {
        let fault = FaultResult { recovery: Some(recovery()), data: Some(loss()), ..fault() };
        for (gate, value, verdict) in [
            ("detection(kill) <= 1s", 1e6, Pass),
            ("failover(kill) <= 2s", 2e6, Pass),
            ("failover(kill) < 2s", 2e6, Fail),
            ("rto(kill) <= 3s", 3e6, Pass),
            ("downtime(kill) <= 30s", 4e6, Fail),
            ("lost(kill) == 0", 0.0, Pass),
            ("rpo(kill) == 0s", 0.0, Pass),
        ] {
            let decision = judged(gate, &fault, Some(&Ending::Completed), Some(&LedgerResult::default()));
            assert_eq!(
                (decision.value, decision.verdict),
                (Some(value), verdict),
                "{gate}: {}",
                decision.reason
            );
        }
        let early = judged("downtime(kill) <= 30s", &fault, Some(&Ending::Interrupted), None);
        assert_eq!(early.verdict, Inconclusive, "it might still have recovered in time");
    }

    #[test]
    fn without_a_figure_nothing_is_decided_and_the_reason_says_why() {
        let ledger = LedgerResult::default();
        let felt = |change: fn(&mut Recovery)| {
            let mut recovery = recovery();
            change(&mut recovery);
            FaultResult { recovery: Some(recovery), ..fault() }
        };
        let cost = |change: fn(&mut DataLoss)| {
            let mut data = loss();
            change(&mut data);
            FaultResult { data: Some(data), ..fault() }
        };
        for (gate, fault, ledger, reason) in [
            ("failover(kill) <= 9s", fault(), None, UNMEASURED),
            ("failover(kill) <= 9s", felt(|it| it.overall.failover = None), None, UNMEASURED),
            ("failover(kill) <= 9s", felt(|it| it.doubt = Some("why".into())), None, "why"),
            ("detection(kill) <= 9s", felt(|it| it.overall.detection = None), None, UNNOTICED),
            ("lost(kill) == 0", fault(), None, NO_LEDGER),
            ("rpo(kill) == 0s", felt(|_| ()), None, NO_LEDGER),
            ("lost(kill) == 0", fault(), Some(&ledger), UNMEASURED),
            ("rpo(kill) == 0s", cost(|it| it.rpo = None), Some(&ledger), UNMEASURED),
            ("rpo(kill) == 0s", cost(|it| it.doubt = Some("why".into())), Some(&ledger), "why"),
            (
                "lost(kill) == 0",
                cost(|it| (it.doubt, it.lost) = (Some("why".into()), 3)),
                Some(&ledger),
                "why; acknowledged writes that are gone all the same: 3",
            ),
        ] {
            let decision = judged(gate, &fault, Some(&Ending::Completed), ledger);
            let decided = (decision.verdict, decision.value, decision.reason.as_str());
            assert_eq!(decided, (Inconclusive, None, reason), "{gate}");
        }
    }

    #[test]
    fn what_others_may_have_done_is_said() {
        let shared_with = vec!["cut".to_owned()];
        let recovery = Recovery { shared_with: shared_with.clone(), ..recovery() };
        let data = DataLoss { shared_with, ..loss() };
        let fault = FaultResult { recovery: Some(recovery), data: Some(data), ..fault() };
        for gate in ["rto(kill) <= 9s", "lost(kill) == 0"] {
            let reason = judged(gate, &fault, Some(&Ending::Completed), None).reason;
            assert!(reason.ends_with("; it cannot be told apart from what `cut` did"), "{reason}");
        }
    }
}
