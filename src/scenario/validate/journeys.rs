//! Names and weights of journeys, of their steps and of smoke checks: what gates and reports tell them apart by.

use crate::check::{CheckSpec, Compiled};
use crate::journey::{Journey, JourneySpec};
use crate::scenario::LoadSpec;
use crate::source::{Located, Mark, Problem};
use std::collections::HashMap;

/// The journeys as written.
pub(in crate::scenario) fn journeys(spec: &LoadSpec, problems: &mut Vec<Problem>) {
    let nothing = spec.journeys.as_ref().filter(|journeys| journeys.is_empty());
    if let Some(nothing) = nothing.filter(|_| problems.is_empty()) {
        problems.push(
            Problem::at(nothing.mark, "a load without a journey asks for nothing")
                .help("add one: `- name: browse` with `steps`"),
        );
    }
    for journey in spec.journeys() {
        if journey.name.trim().is_empty() {
            let problem = Problem::at(journey.name.mark, "a journey needs a name");
            problems.push(problem.help("gates and reports use it: `p99(browse) <= 250ms`"));
        }
        if let Some(weight) = journey.weight.as_ref().filter(|weight| weight.value == 0) {
            let problem = Problem::at(weight.mark, "a journey of weight 0 never happens");
            problems.push(problem.help("write at least 1, or remove the journey"));
        }
    }
    let names = spec.journeys().iter().map(|journey| (journey.name.value.as_str(), journey.name.mark));
    twice(names, problems, |name| {
        (
            format!("two journeys are called `{name}`"),
            "give each its own name, so that gates can tell them apart",
        )
    });
}

/// The endpoints of compiled journeys.
pub(in crate::scenario) fn endpoints(
    specs: &[&Located<JourneySpec>],
    journeys: &[Journey],
    problems: &mut Vec<Problem>,
) {
    for journey in journeys {
        let Some(spec) = specs.iter().find(|spec| spec.name.value == journey.name) else { continue };
        let steps = journey.steps.iter().zip(&spec.steps.value);
        let names = steps.map(|(step, written)| {
            let name = written.name.as_ref().or(written.path()).map_or(spec.steps.mark, |name| name.mark);
            (step.endpoint.as_str(), name)
        });
        twice(names, problems, |name| {
            (
                format!("two steps are called `{name}`"),
                "give one of them a `name`, so that gates and reports can tell them apart",
            )
        });
    }
}

/// The names of compiled checks.
pub(in crate::scenario) fn check_names(
    specs: &[&Located<CheckSpec>],
    checks: &[Compiled],
    problems: &mut Vec<Problem>,
) {
    // A check that did not compile is missing from the list, and places no longer agree.
    if specs.len() != checks.len() {
        return;
    }
    let mark = |spec: &Located<CheckSpec>| spec.name.as_ref().map_or(spec.mark, |name| name.mark);
    let names = specs.iter().zip(checks).map(|(spec, check)| (check.name.as_str(), mark(spec)));
    twice(names, problems, |name| {
        (
            format!("two checks are called `{name}`"),
            "give one of them a `name`, so that reports can tell them apart",
        )
    });
}

/// Reports every name that was there before.
pub(super) fn twice<'n>(
    names: impl Iterator<Item = (&'n str, Mark)>,
    problems: &mut Vec<Problem>,
    words: impl Fn(&str) -> (String, &'static str),
) {
    let mut seen: HashMap<&str, Mark> = HashMap::new();
    for (name, mark) in names {
        if seen.insert(name, mark).is_some() {
            let (message, help) = words(name);
            problems.push(Problem::at(mark, message).help(help));
        }
    }
}
