//! Probes: whether a container has started, is ready, is alive.

use crate::node::action;
use crate::node::board::Slot;
use crate::node::context::Context;
use crate::node::process::Program;
use crate::recorder::Tone;
use serde_json::Value;
use std::time::Duration;

/// One run of a container, for its probes.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) context: &'a Context,
    pub(super) container: &'a Value,
    pub(super) program: &'a Program,
    pub(super) slot: &'a Slot,
}

/// Returns when the startup probe or the liveness probe has given the container up: which, and its
/// `terminationGracePeriodSeconds`. Never, if there is neither.
pub(super) async fn health(subject: Subject<'_>) -> (&'static str, Option<u64>) {
    let grace = |probe: &Value| probe["terminationGracePeriodSeconds"].as_u64();
    if let Some(probe) = declared(subject.container, "startupProbe") {
        let mut tally = Tally::new(probe);
        if !until(subject, "Startup", probe, &mut tally).await {
            return ("startup", grace(probe));
        }
        let ready = declared(subject.container, "readinessProbe").is_none();
        subject.slot.change(|report| (report.started, report.ready) = (true, ready));
    }
    let Some(probe) = declared(subject.container, "livenessProbe") else {
        return std::future::pending().await;
    };
    let mut tally = Tally::new(probe);
    while until(subject, "Liveness", probe, &mut tally).await {
        tokio::time::sleep(period(probe)).await;
    }
    ("liveness", grace(probe))
}

/// Sets whether the container is ready, again and again. Never returns.
pub(super) async fn readiness(subject: Subject<'_>) {
    let Some(probe) = declared(subject.container, "readinessProbe") else {
        return std::future::pending().await;
    };
    subject.slot.started().await;
    let mut tally = Tally::new(probe);
    tokio::time::sleep(seconds(&probe["initialDelaySeconds"], 0)).await;
    loop {
        if let Some(verdict) = once(subject, "Readiness", probe, &mut tally).await {
            subject.slot.change(|report| report.ready = verdict);
        }
        tokio::time::sleep(period(probe)).await;
    }
}

/// Probes until there is a verdict: enough successes in a row (true), or enough failures (false).
async fn until(subject: Subject<'_>, name: &str, probe: &Value, tally: &mut Tally) -> bool {
    if tally.is_new() {
        tokio::time::sleep(seconds(&probe["initialDelaySeconds"], 0)).await;
    }
    loop {
        if let Some(verdict) = once(subject, name, probe, tally).await {
            return verdict;
        }
        tokio::time::sleep(period(probe)).await;
    }
}

async fn once(subject: Subject<'_>, name: &str, probe: &Value, tally: &mut Tally) -> Option<bool> {
    let limit = seconds(&probe["timeoutSeconds"], 1);
    let outcome = action::perform(subject.context, subject.container, subject.program, probe, limit).await;
    if let Err(why) = &outcome {
        subject.context.event(Tone::Warning, "Unhealthy", &format!("{name} probe failed: {why}"));
    }
    tally.count(outcome.is_ok())
}

fn declared<'a>(container: &'a Value, name: &str) -> Option<&'a Value> {
    container.get(name).filter(|probe| probe.is_object())
}

fn seconds(value: &Value, otherwise: u64) -> Duration {
    Duration::from_secs(value.as_u64().unwrap_or(otherwise))
}

fn period(probe: &Value) -> Duration {
    seconds(&probe["periodSeconds"], 10).max(Duration::from_secs(1))
}

/// Results in a row, and how many of them make a verdict.
#[derive(Debug)]
struct Tally {
    successes: u64,
    failures: u64,
    successes_needed: u64,
    failures_needed: u64,
}

impl Tally {
    fn new(probe: &Value) -> Tally {
        Tally {
            successes: 0,
            failures: 0,
            successes_needed: probe["successThreshold"].as_u64().unwrap_or(1),
            failures_needed: probe["failureThreshold"].as_u64().unwrap_or(3),
        }
    }

    fn is_new(&self) -> bool {
        self.successes + self.failures == 0
    }

    fn count(&mut self, success: bool) -> Option<bool> {
        if success {
            (self.successes, self.failures) = (self.successes + 1, 0);
            (self.successes >= self.successes_needed).then_some(true)
        } else {
            (self.successes, self.failures) = (0, self.failures + 1);
            (self.failures >= self.failures_needed).then_some(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_verdict_takes_enough_results_in_a_row() {
        let mut tally = Tally::new(&json!({"successThreshold": 2, "failureThreshold": 3}));
        let verdicts: Vec<_> =
            [true, true, false, false, true, false, false, false].map(|one| tally.count(one)).into();
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(verdicts, [None, yes, None, None, None, None, None, no]);
    }
}
