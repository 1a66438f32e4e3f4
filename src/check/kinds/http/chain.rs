//! The requests of a check, one after the other, and those that clean up after them.

use crate::check::dial::{Asking, curl};
use crate::check::{CheckContext, Found, diff};
use crate::journey::{
    ChainSpec, CompileContext, Cookies, Scope, Step, StepFailure, StepSpec, Values, WrittenStep,
};
use crate::sample::ErrorClass;
use crate::source::{Located, Mark, Problem, Secrets, is_telling};
use crate::transport::Target;
use crate::verdict::Verdict;
use std::time::{Duration, Instant};

/// The requests of one check.
#[derive(Debug)]
pub(super) struct Chain {
    steps: Vec<Placed>,
    cleanup: Vec<Placed>,
    captures: usize,
    /// The places of captures whose names tell that they are credentials.
    credentials: Vec<usize>,
    /// How long cleaning up may take.
    timeout: Duration,
}

/// A step and where its request stands.
#[derive(Debug)]
struct Placed {
    step: Step,
    mark: Mark,
}

/// What could not be cleaned up.
struct Left {
    text: String,
    command: String,
    mark: Mark,
}

/// What the requests use together.
struct Under<'a> {
    values: Values<'a>,
    cookies: Cookies,
    asking: Asking<'a>,
    /// The parts of it and how long each took.
    phases: Vec<(String, Duration)>,
}

impl Chain {
    pub(super) fn compile(
        spec: &Located<ChainSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Chain> {
        let alone = spec.alone();
        let steps = match &spec.steps {
            None => vec![alone],
            Some(steps) => {
                problems.extend(beside(steps, &alone));
                steps.value.clone()
            }
        };
        let before = problems.len();
        let mut scope = Scope::new(cx.vars, &[]);
        let mut placed = |specs: &[StepSpec]| -> Vec<Placed> {
            let place = |step: &StepSpec| {
                let mark = step.path().map_or(spec.mark, |path| path.mark);
                let written = WrittenStep { spec: step, mark: spec.mark, journey: "" };
                let step = written.compile_exchange(&mut scope, cx, problems)?;
                Some(Placed { step, mark })
            };
            specs.iter().filter_map(place).collect()
        };
        let (steps, cleanup) = (placed(&steps), placed(&spec.cleanup));
        let names = scope.captured().iter().enumerate();
        let credentials = names.filter(|(_, name)| is_telling(name)).map(|(place, _)| place).collect();
        let captures = scope.captures();
        let chain = Chain { steps, cleanup, captures, credentials, timeout: cx.timeout.get() };
        (problems.len() == before && !chain.steps.is_empty()).then_some(chain)
    }

    /// What it does, in a few words.
    pub(super) fn name(&self) -> String {
        match self.steps.as_slice() {
            [] => String::new(),
            [only] => only.step.endpoint.clone(),
            [first, rest @ ..] => format!("{} and {} more", first.step.endpoint, rest.len()),
        }
    }

    /// How long cleaning up may take at most.
    pub(super) fn longest_cleanup(&self) -> Duration {
        if self.cleanup.is_empty() { Duration::ZERO } else { self.timeout }
    }

    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let target = match cx.target() {
            Ok(target) => target,
            Err(found) => return found,
        };
        let mut under = Under {
            values: Values::new(0, cx.seed, &[], self.captures),
            cookies: Cookies::default(),
            asking: Asking::new(target),
            phases: Vec::new(),
        };
        let begun = Instant::now();
        let mut found = self.steps(target, cx.limit, &mut under).await;
        if found.verdict == Verdict::Pass {
            let took = begun.elapsed().as_secs_f64() * 1_000.0;
            found.reason = match (self.steps.len(), under.asking.answer.as_ref()) {
                (1, Some(answer)) => format!("{} in {took:.1} ms", answer.status),
                (count, _) => format!("{count} steps in {took:.1} ms"),
            };
        }
        let left = self.clean_up(target, &mut under).await;
        let found = with_cleanup(found, left).masked(&self.secrets(&under.values));
        under.phases.into_iter().fold(found, |found, (name, took)| found.phase(&name, took))
    }

    /// What the target gave us to prove who we are.
    fn secrets(&self, values: &Values<'_>) -> Secrets {
        let mut secrets = Secrets::default();
        for value in self.credentials.iter().filter_map(|place| values.captured(*place)) {
            secrets.hide(value.as_text());
        }
        secrets
    }

    /// The steps until one fails, all of them within the limit.
    async fn steps(&self, target: &Target, limit: Duration, under: &mut Under<'_>) -> Found {
        let end = Instant::now().checked_add(limit);
        for placed in &self.steps {
            let left = end.map_or(limit, |end| end.saturating_duration_since(Instant::now()));
            let tried = placed.tried(left, under).await;
            // One request shows its parts; in a chain those of the request that failed are told.
            let parts = std::mem::take(&mut under.asking.phases);
            let name = &placed.step.endpoint;
            match (&tried, self.steps.len()) {
                (_, 1) => under.phases.extend(parts.into_iter().map(|(part, took)| (part.to_owned(), took))),
                (Ok(()), _) => under.phases.push((name.clone(), parts.iter().map(|(_, took)| *took).sum())),
                (Err(_), _) => {
                    let named = parts.into_iter().map(|(part, took)| (format!("{name}: {part}"), took));
                    under.phases.extend(named);
                }
            }
            if let Err(failure) = tried {
                let silent = under.asking.answer.is_none() && is_silence(failure.class);
                let next = silent.then(|| under.asking.next_move(&failure));
                let found = placed.found(failure, next, self.steps.len() > 1);
                let sent = under.asking.last.as_ref().map(|request| curl::command(target, request));
                return sent.into_iter().fold(found, Found::reproduce);
            }
        }
        Found::pass("")
    }

    /// Sends the requests that clean up; what became of them, where they failed.
    async fn clean_up(&self, target: &Target, under: &mut Under<'_>) -> Option<Left> {
        let end = Instant::now() + self.timeout;
        let mut failed = None;
        for placed in &self.cleanup {
            // What was never made needs no cleaning up.
            let unmade = placed.step.render(&mut under.values).is_err() | under.values.lacked();
            if unmade {
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            if let Err(failure) = placed.tried(left, under).await {
                let sent = under.asking.last.as_ref().map(|request| curl::command(target, request));
                let text = format!("{}: {}", placed.step.endpoint, failure.text);
                let command = sent.unwrap_or_default();
                failed.get_or_insert(Left { text, command, mark: placed.mark });
            }
            under.asking.phases.clear();
        }
        failed
    }
}

impl Placed {
    async fn tried(&self, left: Duration, under: &mut Under<'_>) -> Result<(), StepFailure> {
        under.asking.timeout = self.step.timeout.min(left);
        self.step.perform(&mut under.values, &mut under.cookies, &mut under.asking).await
    }

    /// What a failure of this step means; there is a next move where nobody answered.
    fn found(&self, failure: StepFailure, next_move: Option<&str>, in_chain: bool) -> Found {
        let step = if in_chain { format!("{}: ", self.step.endpoint) } else { String::new() };
        let found = match next_move {
            Some(next) => Found::unreachable(format!("{step}{}; {next}", failure.text)),
            None => Found::fail(format!("{step}{}", failure.text)),
        };
        let Some(differs) = failure.differs else { return found.at(self.mark) };
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        let lines = match (json(&differs.expected), json(&differs.actual)) {
            (Some(expected), Some(actual)) if expected.is_object() || expected.is_array() => {
                diff::json(&expected, &actual)
            }
            _ => Vec::new(),
        };
        let mark = if differs.mark == Mark::default() { self.mark } else { differs.mark };
        found.expected(differs.expected, differs.actual).evidence(lines).at(mark)
    }
}

/// The finding together with what cleaning up left behind.
fn with_cleanup(found: Found, left: Option<Left>) -> Found {
    let Some(Left { text, command, mark }) = left else { return found };
    if found.verdict == Verdict::Pass {
        let reason = format!("all steps hold, but cleaning up failed: {text}; something may be left behind");
        return Found::fail(reason).reproduce(command).at(mark);
    }
    let reason = format!("{}; cleaning up failed as well: {text}", found.reason);
    Found { reason, ..found }.evidence([format!("to clean up by hand: {command}")])
}

/// Whether a failure means that nobody is there, rather than that somebody answers badly.
fn is_silence(class: ErrorClass) -> bool {
    matches!(class, ErrorClass::Refused | ErrorClass::Dns | ErrorClass::Tls | ErrorClass::Timeout)
}

/// The problem of keys of a single request that stand beside `steps`.
fn beside(steps: &Located<Vec<StepSpec>>, alone: &StepSpec) -> Option<Problem> {
    if steps.value.is_empty() {
        return Some(
            Problem::at(steps.mark, "a chain needs at least one step").help("add one: `- get: /health`"),
        );
    }
    // Every key has a place, so that a request without any is the only one that looks like this.
    let bare = format!("{alone:?}") == format!("{:?}", StepSpec::default());
    (!bare).then(|| {
        Problem::at(steps.mark, "beside `steps` stand keys of a single request")
            .help("write them inside of one of the steps; beside `steps` stands only `cleanup`")
    })
}
