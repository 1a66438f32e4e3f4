//! Faults against the run that they are part of.

use super::Whole;
use super::journeys::twice;
use crate::clock::Offset;
use crate::fault::{Fault, FaultSpec};
use crate::scenario::{Load, ScenarioFile};
use crate::source::{Located, Mark, Problem};
use crate::units::Span;

/// The faults that are right.
pub(in crate::scenario) fn faults(
    file: &ScenarioFile,
    whole: &Whole,
    load: Option<&Load>,
    problems: &mut Vec<Problem>,
) -> Vec<Fault> {
    if let Some(first) = file.faults.first().filter(|_| file.load.is_none() && problems.is_empty()) {
        problems.push(
            Problem::at(first.mark, "a fault without a load shows nothing: nobody feels it")
                .help("add a `load` that uses what the fault breaks"),
        );
    }
    let end = load.map(|load| load.schedule(0).end());
    let mut faults = Vec::new();
    let usable = file.faults.iter().zip(&whole.faults).filter(|(_, whole)| **whole).map(|(spec, _)| spec);
    for spec in usable {
        problems.extend(end.and_then(|end| too_late(spec, end)));
        if let Some(nameless) = spec.name.as_ref().filter(|name| name.trim().is_empty()) {
            problems.push(
                Problem::at(nameless.mark, "a fault's name is empty")
                    .help("gates and reports use it: `error_rate < 1% after kill-one`"),
            );
        }
        faults.extend(FaultSpec::compile(spec, problems).map(|fault| (fault, place_of_name(spec))));
    }
    twice(faults.iter().map(|(fault, mark)| (fault.name.as_str(), *mark)), problems, |name| {
        (
            format!("two faults are called `{name}`"),
            "give each its own `name`, so that gates and reports can tell them apart",
        )
    });
    faults.into_iter().map(|(fault, _)| fault).collect()
}

/// All names that gates may speak of, those of broken faults as well, each once.
pub(in crate::scenario) fn fault_names(file: &ScenarioFile, faults: &[Fault]) -> Vec<String> {
    let written = file.faults.iter().filter_map(|spec| spec.name.as_ref()).map(|name| name.value.clone());
    let mut seen = std::collections::HashSet::new();
    written
        .chain(faults.iter().map(|fault| fault.name.clone()))
        .filter(|name| seen.insert(name.clone()))
        .collect()
}

fn place_of_name(spec: &Located<FaultSpec>) -> Mark {
    spec.name.as_ref().map_or(spec.mark, |name| name.mark)
}

/// A fault that the load is over before. One that would outlast it is fine: it ends with it.
fn too_late(spec: &Located<FaultSpec>, end: Offset) -> Option<Problem> {
    let at = spec.at.as_ref().filter(|at| Offset::ZERO + at.get() >= end)?;
    let length = Span::new(end.since(Offset::ZERO));
    Some(
        Problem::at(at.mark, format!("the load is over after {length}, before this fault begins"))
            .help("begin earlier, or let the load last longer"),
    )
}
