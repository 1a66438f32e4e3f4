//! One run at one rate.

use crate::event::Ending;
use crate::history::per_second;
use crate::run::{Cause, GateResult, Run};
use crate::sample::ErrorClass;
use crate::units::{Rate, Span, grouped};
use crate::verdict::{Subject, Verdict};
use serde::{Deserialize, Serialize};

/// One run at one rate and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The rate that was held.
    #[serde(rename = "rate_per_s", with = "per_second")]
    pub rate: Rate,
    /// What the run was made for.
    pub purpose: Purpose,
    /// For how long, without the warm-up.
    pub hold: Span,
    /// What it shows.
    pub outcome: Outcome,
    /// Why, in one sentence: for a break the gate that broke.
    pub reason: String,
    /// The gate that broke, where it was one.
    pub broke: Option<Broken>,
    /// What was measured.
    pub seen: Seen,
    /// The folder of the run, within that of the search.
    pub run: String,
}

/// What a run is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To come near: a short hold.
    Look,
    /// To be sure: a long hold at a rate that was tried before.
    Confirm,
}

/// What a run shows of its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The gates held; a warning is no failure.
    Held,
    /// A gate broke.
    Broke,
    /// The evidence decides nothing; a longer hold may.
    Undecided,
    /// The generator could not keep up, or could not say what was its own part: nothing is known of the target.
    Generator,
}

/// A gate that broke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    /// The gate as written.
    pub gate: String,
    /// What was measured; none where it was nothing finite.
    pub value: Option<f64>,
    /// What the value is: `us`, `ratio`, `per_s` or `count`.
    pub unit: String,
}

/// What a run measured, warm-up left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Requests planned.
    pub planned: u64,
    /// Of them failed.
    pub failed: u64,
    /// Of them never sent.
    pub dropped: u64,
    /// The 99th percentile of the response time of good answers, in microseconds.
    pub p99_us: Option<u64>,
}

impl Seen {
    /// The share of the requests that were sent and failed; none where nothing was sent.
    pub fn error_rate(&self) -> Option<f64> {
        let sent = self.planned - self.dropped.min(self.planned);
        (sent > 0).then(|| self.failed as f64 / sent as f64)
    }
}

impl Attempt {
    /// What a judged run at this rate shows.
    pub fn of(run: &Run, rate: Rate, (purpose, hold): (Purpose, Span), folder: String) -> Attempt {
        let outcome = Outcome::of(run);
        let totals = &run.summary.totals;
        let broken = run.gates.iter().find(|gate| gate.verdict == Verdict::Fail);
        Attempt {
            rate,
            purpose,
            hold,
            outcome,
            reason: reason(run, outcome),
            broke: broken.filter(|_| outcome == Outcome::Broke).map(Broken::of),
            seen: Seen {
                planned: totals.counts.planned,
                failed: totals.counts.failed,
                dropped: totals.counts.dropped,
                p99_us: totals.response.map(|response| response.p99),
            },
            run: folder,
        }
    }
}

impl Outcome {
    /// A broken gate of a generator that was late or at the limit of its processor says nothing of the target: what it
    /// measured is its own delay, or the bursts that it sent.
    fn of(run: &Run) -> Outcome {
        let untrusted = &run.summary.generator.untrusted;
        let ours = [Cause::Late, Cause::Cpu].iter().any(|cause| untrusted.of(*cause).is_some())
            || own_errors(run) > 0;
        match run.verdict {
            Verdict::Pass | Verdict::Warn => Outcome::Held,
            _ if ours => Outcome::Generator,
            Verdict::Fail => Outcome::Broke,
            Verdict::Inconclusive if aborted(run) => Outcome::Broke,
            Verdict::Inconclusive if of_generator(run).is_some() => Outcome::Generator,
            Verdict::Inconclusive => Outcome::Undecided,
        }
    }

    /// The word for it, in lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Held => "holds",
            Outcome::Broke => "breaks",
            Outcome::Undecided => "undecided",
            Outcome::Generator => "generator",
        }
    }
}

impl Broken {
    fn of(gate: &GateResult) -> Broken {
        let (value, unit) = (gate.decision.value, gate.decision.unit.to_owned());
        Broken { gate: gate.gate.clone(), value, unit }
    }
}

/// What `abort_when` of the scenario says came about: worse than any gate.
fn aborted(run: &Run) -> bool {
    matches!(run.summary.ending, Some(Ending::Aborted { .. }))
}

/// Requests for which this machine had no port or descriptor left.
fn own_errors(run: &Run) -> u64 {
    let classes = run.summary.totals.counts.by_class();
    classes.filter(|(class, _)| *class == ErrorClass::Generator).map(|(_, count)| count).sum()
}

fn of_generator(run: &Run) -> Option<String> {
    let finding = run.findings.iter().find(|finding| finding.subject == Subject::Generator);
    let own = own_errors(run);
    finding.map(|finding| finding.reason.clone()).or_else(|| {
        let text =
            "requests had no port or descriptor of this machine left; raise its limits, or keep connections";
        (own > 0).then(|| format!("{} {text}", grouped(own)))
    })
}

fn reason(run: &Run, outcome: Outcome) -> String {
    match outcome {
        Outcome::Generator => of_generator(run).unwrap_or_else(|| run.reason.clone()),
        Outcome::Held | Outcome::Broke | Outcome::Undecided => run.reason.clone(),
    }
}
