//! Gates against the run that they are to judge: what they name must exist, and they must be decidable.

use super::Whole;
use super::numbers::{Planned, Window};
use crate::gate::{Gate, GateError, GateSpec, Of};
use crate::history::{SelectError, select};
use crate::sample::EndpointId;
use crate::scenario::{Load, PlannedGate, ScenarioFile};
use crate::source::{Located, Mark, Problem, suggest};
use crate::units::Span;
use std::ops::Range;

/// What gates on faults may speak of.
#[derive(Debug, Clone, Copy)]
pub(in crate::scenario) struct Breakage<'a> {
    /// The names of the scenario's faults.
    pub(in crate::scenario) faults: &'a [String],
    /// Where its ledger of acknowledged writes stands.
    pub(in crate::scenario) ledger: Option<Mark>,
}

/// The gates. Against a load that has mistakes of its own only their words are checked.
pub(in crate::scenario) fn gates(
    file: &ScenarioFile,
    whole: &Whole,
    load: Option<&Load>,
    breakage: Breakage<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<PlannedGate> {
    let planned = load.map(Planned::of);
    let mut gates = Vec::new();
    for spec in &file.gates {
        let text = text(spec);
        let gate = match Gate::parse(&text) {
            Ok(gate) => gate,
            Err(error) => {
                problems.push(unreadable(&text, error));
                continue;
            }
        };
        if let Some(planned) = &planned {
            problems.extend(Check { gate: &gate, text: &text, planned, breakage }.problem());
        } else if whole.load && file.load.is_none() {
            problems.push(
                Problem::at(text.mark, "a gate judges the load, but this scenario has none")
                    .help("add a `load`, or remove the gate"),
            );
        }
        gates.push(PlannedGate { gate, text, severity: spec.severity });
    }
    gates
}

/// The gate's text at its place; one that was written short has the place of the whole item.
fn text(spec: &Located<GateSpec>) -> Located<String> {
    let mark = if spec.gate.mark == Mark::default() { spec.mark } else { spec.gate.mark };
    Located { value: spec.gate.value.clone(), mark }
}

/// A gate's own error at its part of the text.
fn unreadable(text: &Located<String>, error: GateError) -> Problem {
    let GateError { start, end, message, help } = error;
    Problem::at(part(text, start, end), message).help(help)
}

/// The place of a part of a gate's text; all of it when it does not stand in the file as it is.
fn part(text: &Located<String>, start: usize, end: usize) -> Mark {
    let as_written = text.mark.end - text.mark.start == text.len();
    if as_written { text.mark.slice(start, end) } else { text.mark }
}

/// One gate against the plan.
struct Check<'a> {
    gate: &'a Gate,
    text: &'a Located<String>,
    planned: &'a Planned<'a>,
    breakage: Breakage<'a>,
}

impl Check<'_> {
    /// The first thing that is wrong.
    fn problem(&self) -> Option<Problem> {
        if self.gate.metric.of() != Of::Requests {
            return self.of_fault().err();
        }
        let judged = self.endpoints().and_then(|endpoints| Ok((endpoints, self.window()?)));
        match judged {
            // How much a closed model sends is for the target to say.
            Ok(_) if self.planned.is_closed() => None,
            // How long a stretch around a fault gets is for the fault to say.
            Ok((_, None)) => None,
            Ok((endpoints, Some(window))) => {
                self.undecidable(&endpoints, &window).or(self.out_of_reach(&endpoints, &window))
            }
            Err(problem) => Some(problem),
        }
    }

    fn endpoints(&self) -> Result<Vec<EndpointId>, Problem> {
        let all = &self.planned.endpoints;
        let Some(on) = &self.gate.on else {
            return Ok((0u16..).zip(all).map(|(id, _)| EndpointId(id)).collect());
        };
        select(on, all).map_err(|error| {
            let mark = self.place(&self.gate.places.on);
            match error {
                SelectError::Unknown { name, .. } => {
                    let message = format!("no journey, endpoint or step is called `{name}`");
                    Problem::at(mark, message).help(suggest(&name, self.planned.names()))
                }
                SelectError::Ambiguous { name, among } => {
                    Problem::at(mark, format!("`{name}` is a step of several journeys"))
                        .help(format!("write one of {}", among.join(", ")))
                }
            }
        })
    }

    /// The planned part of the run that is judged, where a plan can say it.
    fn window(&self) -> Result<Option<Window>, Problem> {
        match &self.gate.window {
            crate::gate::Window::WholeRun => Ok(Some(self.planned.whole())),
            crate::gate::Window::Stage(name) => self.stage(name).map(Some),
            crate::gate::Window::Last(length) => self.last(*length).map(Some),
            crate::gate::Window::Fault { name, .. } => {
                let none = "the scenario has no faults; name a stage, or no window";
                self.fault(name, &self.gate.places.window, none).map(|()| None)
            }
        }
    }

    /// A gate on what is measured around a fault.
    fn of_fault(&self) -> Result<(), Problem> {
        if let Some(name) = &self.gate.on {
            let none = "the scenario has no faults; add one, or judge requests: `error_rate < 1%`";
            self.fault(name, &self.gate.places.on, none)?;
        }
        if self.gate.metric.of() == Of::Data && self.breakage.ledger.is_none() {
            let word = self.gate.metric.word();
            let message =
                format!("`{word}` needs a ledger of acknowledged writes, and the scenario has none");
            return Err(Problem::at(self.text.mark, message).help("add a `ledger`, or remove the gate"));
        }
        Ok(())
    }

    /// A fault that is named at this place of the gate's text; `none` helps where there are no faults.
    fn fault(&self, name: &str, place: &Range<usize>, none: &str) -> Result<(), Problem> {
        let faults = self.breakage.faults;
        if faults.iter().any(|fault| fault == name) {
            return Ok(());
        }
        let help = match faults {
            [] => none.to_owned(),
            faults => suggest(name, faults.iter().map(String::as_str)),
        };
        Err(Problem::at(self.place(place), format!("no fault is called `{name}`")).help(help))
    }

    fn stage(&self, name: &str) -> Result<Window, Problem> {
        let mark = self.place(&self.gate.places.window);
        let stages = self.planned.schedule.stages();
        let place = stages.iter().position(|planned| planned.stage.name == name).ok_or_else(|| {
            let judged = stages.iter().filter(|planned| !planned.stage.warmup);
            Problem::at(mark, format!("no stage is called `{name}`"))
                .help(suggest(name, judged.map(|planned| planned.stage.name.as_str())))
        })?;
        if stages[place].stage.warmup {
            return Err(Problem::at(mark, format!("the stage `{name}` is a warm-up, which is not judged"))
                .help("name another stage, or none"));
        }
        Ok(self.planned.stage(place))
    }

    fn last(&self, length: Span) -> Result<Window, Problem> {
        let judged = self.planned.judged();
        if length <= judged {
            return Ok(self.planned.last(length));
        }
        let mark = self.place(&self.gate.places.window);
        Err(Problem::at(mark, format!("the load lasts only {judged} without its warm-up"))
            .help(format!("write `last {judged}` or less, or no window")))
    }

    /// A gate that wants more requests than there will be.
    fn undecidable(&self, endpoints: &[EndpointId], window: &Window) -> Option<Problem> {
        let needed = self.gate.needs();
        let planned = self.planned.requests(endpoints, window);
        (planned < needed).then(|| {
            let requests = if needed == 1 { "request" } else { "requests" };
            let message =
                format!("this gate needs at least {needed} {requests}, but only {planned} are planned");
            let longer = match self.planned.lasting(endpoints, window, needed) {
                Some(length) => format!("let it last {length} at this rate"),
                None => "give it a rate".to_owned(),
            };
            Problem::at(self.text.mark, message)
                .label("can never be decided")
                .help(format!("{longer}, raise the rate, or judge a quantile or share that needs fewer"))
        })
    }

    /// A gate that wants more a second than is planned.
    fn out_of_reach(&self, endpoints: &[EndpointId], window: &Window) -> Option<Problem> {
        let wanted = throughput_floor(self.gate)?;
        let planned = self.planned.rate(endpoints, window);
        // A millionth is the rounding of shares, not a plan that falls short.
        (wanted.as_per_second() > planned.as_per_second() * (1.0 + 1e-6)).then(|| {
            let message = format!("this gate wants {wanted}, but only {planned} are planned on average");
            Problem::at(self.text.mark, message)
                .label("can never hold")
                .help("lower the limit, raise the load's rate, or name the stage that has it")
        })
    }

    /// A part of the gate's text in the file.
    fn place(&self, bytes: &Range<usize>) -> Mark {
        part(self.text, bytes.start, bytes.end)
    }
}

/// The throughput that a gate asks for at least.
fn throughput_floor(gate: &Gate) -> Option<crate::units::Rate> {
    use crate::gate::{Comparison, Limit, Metric};
    match (gate.metric, gate.comparison, gate.limit) {
        (Metric::Throughput, Comparison::Above | Comparison::AtLeast, Limit::Rate(rate)) => Some(rate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::source::Environment;

    const TEXT: &str = "
scenario: s
target: { http: http://127.0.0.1:1 }
load: { profile: { stages: [ { from: 10/s, to: 10/s, over: 10s } ] }, journeys: [ { name: a, steps: [ get: / ] } ] }
";

    /// What is wrong with a gate, and the next move.
    fn said(gate: &str, breakage: Breakage<'_>) -> Option<(String, String)> {
        let scenario = Scenario::parse("s.yaml", TEXT, &Environment::default()).unwrap();
        let planned = Planned::of(scenario.load.as_ref().unwrap());
        let text = Located { value: gate.to_owned(), ..Located::default() };
        let gate = Gate::parse(gate).unwrap();
        let problem = Check { gate: &gate, text: &text, planned: &planned, breakage }.problem();
        problem.map(|found| (found.message, found.help))
    }

    #[test]
    fn windows_and_metrics_of_faults_name_faults_of_the_scenario() {
        let known = ["kill-one".to_owned(), "store down".to_owned()];
        for (gate, faults, wanted) in [
            ("p99 <= 1s during kill-one", &known[..], None),
            ("p99 <= 1s after 'store down' +30s", &known, None),
            (
                "p99 <= 1s during kil-one",
                &known,
                Some(("no fault is called `kil-one`", "did you mean `kill-one`?")),
            ),
            (
                "p99 <= 1s before x",
                &known,
                Some(("no fault is called `x`", "known are `kill-one`, `store down`")),
            ),
            (
                "p99 <= 1s before x",
                &[],
                Some(("no fault is called `x`", "the scenario has no faults; name a stage, or no window")),
            ),
            ("failover('store down') <= 30s", &known, None),
            (
                "failover(kil-one) <= 30s",
                &known,
                Some(("no fault is called `kil-one`", "did you mean `kill-one`?")),
            ),
            (
                "rto(a) <= 30s",
                &[],
                Some((
                    "no fault is called `a`",
                    "the scenario has no faults; add one, or judge requests: `error_rate < 1%`",
                )),
            ),
        ] {
            let told = said(gate, Breakage { faults, ledger: None });
            assert_eq!(
                told.as_ref().map(|(message, help)| (message.as_str(), help.as_str())),
                wanted,
                "{gate}"
            );
        }
    }

    #[test]
    fn what_is_lost_is_known_only_to_a_ledger() {
        let faults = &["kill-one".to_owned()][..];
        for (gate, needs) in [
            ("lost(kill-one) == 0", true),
            ("rpo(kill-one) == 0s", true),
            ("rto(kill-one) <= 30s", false),
            ("downtime(kill-one) == 0s", false),
        ] {
            assert_eq!(said(gate, Breakage { faults, ledger: None }).is_some(), needs, "{gate}");
            assert_eq!(said(gate, Breakage { faults, ledger: Some(Mark::default()) }), None, "{gate}");
        }
        let unknown = said("lost(kill) == 0", Breakage { faults, ledger: None }).unwrap();
        assert_eq!(unknown.0, "no fault is called `kill`", "the first mistake first");
    }
}
