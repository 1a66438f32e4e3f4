//! The condition that ends a run early.

use crate::gate::{Gate, GateError, Window};
use crate::history::{SelectError, select};
use crate::scenario::{Load, PlannedAbort, ScenarioFile};
use crate::source::{Located, Problem};
use crate::units::Span;
use std::time::Duration;

/// The longest stretch that it may look at: each second of it is kept.
const LONGEST: Duration = Duration::from_mins(1);

/// The condition.
pub(in crate::scenario) fn abort_when(
    file: &ScenarioFile,
    load: Option<&Load>,
    problems: &mut Vec<Problem>,
) -> Option<PlannedAbort> {
    let text = file.abort_when.as_ref()?;
    if file.load.is_none() && problems.is_empty() {
        problems.push(
            Problem::at(text.mark, "there is no load that could be ended").help("add a `load`, or remove it"),
        );
    }
    let judged = read(text).and_then(|abort| match load {
        Some(load) => known(text, &abort.gate, load).map(|()| abort),
        None => Ok(abort),
    });
    judged.map_err(|problem| problems.push(problem)).ok()
}

fn read(text: &Located<String>) -> Result<PlannedAbort, Problem> {
    let gate = Gate::condition(text).map_err(|GateError { start, end, message, help }| {
        let as_written = text.mark.end - text.mark.start == text.len();
        let mark = if as_written { text.mark.slice(start, end) } else { text.mark };
        Problem::at(mark, message).help(help)
    })?;
    match gate.window {
        Window::Last(last) if last.get() <= LONGEST => {
            Ok(PlannedAbort { gate, last, text: text.value.clone() })
        }
        _ => {
            let longest = Span::new(LONGEST);
            let message = format!("it looks at the last seconds of a running load, at most {longest}");
            Err(Problem::at(text.mark, message).help("write for example `error_rate > 50% last 10s`"))
        }
    }
}

/// What it names must be there.
fn known(text: &Located<String>, gate: &Gate, load: &Load) -> Result<(), Problem> {
    let Some(on) = &gate.on else { return Ok(()) };
    select(on, &load.endpoints()).map(|_| ()).map_err(|error| match error {
        SelectError::Unknown { name, .. } => {
            Problem::at(text.mark, format!("no journey, endpoint or step is called `{name}`"))
                .help("name a journey, or leave the parentheses out")
        }
        SelectError::Ambiguous { name, among } => {
            Problem::at(text.mark, format!("`{name}` is a step of several journeys"))
                .help(format!("write one of {}", among.join(", ")))
        }
    })
}
