//! A scenario as a search for its breaking point runs it: one steady rate, and what a rate can break.

use super::meta::stage_plans;
use super::{Load, PlannedGate, Scenario, Spacing};
use crate::gate::{Metric, Of, Window};
use crate::history::StagePlan;
use crate::load::{Schedule, Stage};
use crate::units::{Rate, Span};
use crate::verdict::Severity;

/// The stage that is held and judged; gates on a stage of this name stay.
const HOLD: &str = "hold";

impl Scenario {
    /// The same scenario at planned arrivals, without its faults, its ledger and the gates that no steady rate can
    /// break; and what was left out, each with its reason.
    #[must_use]
    pub fn steady(mut self) -> (Scenario, Vec<String>) {
        let mut left_out = Vec::new();
        let faults = std::mem::take(&mut self.faults);
        left_out.extend(
            faults.iter().map(|fault| format!("fault {}: nothing but load is to break it", fault.name)),
        );
        if self.ledger.take().is_some() {
            left_out.push("the ledger: it writes at a rate of its own".to_owned());
        }
        let (kept, dropped): (Vec<_>, Vec<_>) =
            self.gates.into_iter().map(|gate| (unfit(&gate), gate)).partition(|(why, _)| why.is_none());
        self.gates = kept.into_iter().map(|(_, gate)| gate).collect();
        let said = |(why, gate): (Option<&str>, PlannedGate)| {
            why.map(|why| format!("gate {}: {why}", gate.text.value))
        };
        left_out.extend(dropped.into_iter().filter_map(said));
        if let Some(load) = &mut self.load {
            load.closed_connections = None;
            load.until_broken = false;
        }
        (self, left_out)
    }

    /// Whether a rate can break a gate of it: one that only warns never fails.
    pub fn can_break(&self) -> bool {
        self.gates.iter().any(|gate| gate.severity == Severity::Fail)
    }
}

/// What stays of a load's shape when its rate is another.
#[derive(Debug, Clone)]
pub struct Shape {
    warmup: Vec<Stage>,
    spacing: Spacing,
}

/// One steady rate, planned.
#[derive(Debug, Clone)]
pub struct Steady {
    /// When each arrival is planned.
    pub schedule: Schedule,
    /// The stages on the clock of the run.
    pub stages: Vec<StagePlan>,
}

impl Load {
    /// The warm-up of this load, and how its arrivals follow each other.
    pub fn shape(&self) -> Shape {
        let warmup = self.stages.iter().take_while(|stage| stage.warmup).cloned().collect();
        Shape { warmup, spacing: self.spacing }
    }
}

impl Shape {
    /// The warm-up, brought to `rate`, and then that rate for `hold`, in a run of this seed.
    pub fn held_at(&self, rate: Rate, hold: Span, seed: u64) -> Steady {
        let tops = self.warmup.iter().map(|stage| stage.highest().as_per_second());
        let top = tops.fold(0.0, f64::max);
        // A closed model has no rates that could be brought to another.
        let part = |of: Rate| if top > 0.0 { rate.times(of.as_per_second() / top) } else { rate };
        let brought = |stage: &Stage| Stage { from: part(stage.from), to: part(stage.to), ..stage.clone() };
        let mut stages: Vec<Stage> = self.warmup.iter().map(brought).collect();
        stages.push(Stage { name: HOLD.to_owned(), from: rate, to: rate, length: hold, warmup: false });
        Steady { stages: stage_plans(&stages), schedule: Schedule::new(stages, self.spacing.arrivals(seed)) }
    }
}

/// Why a gate cannot say whether a steady rate is too much; `None` when it can.
fn unfit(planned: &PlannedGate) -> Option<&'static str> {
    let gate = &planned.gate;
    match (gate.metric, &gate.window) {
        (metric, _) if metric.of() != Of::Requests => Some("it judges a fault"),
        (_, Window::Fault { .. }) => Some("it judges the time around a fault"),
        (_, Window::Stage(name)) if name != HOLD => Some("the steady load has no such stage"),
        (Metric::Throughput, _) => Some("a lower rate breaks it, not a higher one"),
        (Metric::Lag, _) => Some("it judges the generator"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Environment;

    fn scenario(load: &str, rest: &str) -> Scenario {
        let text = format!(
            "scenario: s\ntarget: {{ http: 'http://127.0.0.1:1' }}\nload:\n  {load}\n  \
             journeys: [{{ name: j, steps: [{{ get: / }}] }}]\n{rest}\n"
        );
        Scenario::parse("s.yaml", &text, &Environment::from_iter::<[(&str, &str); 0]>([])).unwrap()
    }

    #[test]
    fn the_warm_up_stays_in_proportion() {
        for (load, stages) in [
            (
                "profile: { baseline: { base: 200/s, ramp: 4s, hold: 1m } }",
                "ramp 0/s-50/s 4s, hold 50/s-50/s 10s",
            ),
            ("profile: { spike: { base: 200/s } }\n  warmup: 3s", "warmup 50/s-50/s 3s, hold 50/s-50/s 10s"),
            (
                "profile: { stages: [{ from: 100/s, to: 200/s, over: 2s, warmup: true }, { hold: 9s }] }",
                "stage-1 25/s-50/s 2s, hold 50/s-50/s 10s",
            ),
            ("profile: { soak: { base: 9/s, ramp: 0s, hold: 8h } }", "hold 50/s-50/s 10s"),
            (
                "profile: { max: { connections: 2, hold: 5s } }\n  warmup: 1s",
                "warmup 50/s-50/s 1s, hold 50/s-50/s 10s",
            ),
        ] {
            let load = scenario(load, "").load.unwrap();
            let held = load.shape().held_at(Rate::per_second(50.0), "10s".parse().unwrap(), 1).stages;
            let shown =
                |stage: &StagePlan| format!("{} {}-{} {}", stage.name, stage.from, stage.to, stage.length());
            let shown = held.iter().map(shown);
            assert_eq!(shown.collect::<Vec<_>>().join(", "), stages);
            assert_eq!(held.iter().filter(|stage| !stage.warmup).count(), 1);
        }
    }

    #[test]
    fn what_no_rate_can_break_is_left_out_and_said() {
        let profile = "profile: { baseline: { base: 500/s, hold: 1m } }";
        let gates = "gates: [p99 <= 1s, throughput >= 400/s, lag <= 50ms, p50 <= 1s stage hold, error_rate < 1% last 10s]";
        let (steady, left_out) = scenario(profile, gates).steady();
        let kept: Vec<&str> = steady.gates.iter().map(|gate| gate.text.value.as_str()).collect();
        assert_eq!(kept, ["p99 <= 1s", "p50 <= 1s stage hold", "error_rate < 1% last 10s"]);
        assert_eq!(
            left_out,
            [
                "gate throughput >= 400/s: a lower rate breaks it, not a higher one",
                "gate lag <= 50ms: it judges the generator",
            ]
        );
        assert!(steady.can_break());
        let spike = "profile: { spike: { base: 500/s, hold: 10s } }";
        let (steady, left_out) = scenario(spike, "gates: [p50 <= 1s stage spike]").steady();
        assert_eq!(left_out, ["gate p50 <= 1s stage spike: the steady load has no such stage"]);
        assert!(!steady.can_break());
        let warns = "gates: [{ gate: p50 <= 1s, severity: warn }]";
        assert!(!scenario(profile, warns).steady().0.can_break());
    }
}
