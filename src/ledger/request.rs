//! The requests of a ledger through the service.

use super::{HttpLedger, Ids, WriteSpec};
use crate::journey::{CompileContext, Scope, Step, StepSpec, Values, WrittenStep};
use crate::source::{Located, Mark, Problem};

/// The two steps of a ledger through the service.
pub(super) fn compile(
    write: &Located<WriteSpec>,
    read: &Located<StepSpec>,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<HttpLedger> {
    let write = step("write", &write.step, write.mark, cx, problems);
    let read = step("read", read, read.mark, cx, problems);
    Some(HttpLedger { write: write?, read: read? })
}

/// One of the two steps, which has to say which entry it means.
fn step(
    key: &str,
    spec: &StepSpec,
    mark: Mark,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Step> {
    let before = problems.len();
    let mut scope = Scope::new(cx.vars, &HttpLedger::COLUMNS.map(str::to_owned));
    let written = WrittenStep { spec, mark, journey: "" };
    let step = written.compile_exchange(&mut scope, cx, problems)?;
    let alone = |mark| Problem::at(mark, "a step of the ledger stands alone").help("remove it");
    problems.extend(spec.capture.iter().next().map(|(name, _)| alone(name.mark)));
    problems.extend(spec.think.as_ref().map(|think| alone(think.mark)));
    if problems.len() == before && !names_its_entry(&step) {
        let message = format!("the `{key}` does not say which entry it means");
        problems.push(
            Problem::at(mark, message).help("put `{{ ledger.id }}` into its path, its headers or its body"),
        );
    }
    (problems.len() == before).then_some(step)
}

/// Whether the id of its entry is in the request.
fn names_its_entry(step: &Step) -> bool {
    let ids = Ids::of_run(0, "");
    let (id, row) = (ids.id(0), HttpLedger::row(&ids, 0));
    let mut values = Values::new(0, 0, &row, 0);
    let Ok(request) = step.render(&mut values) else { return false };
    let holds = |bytes: &[u8]| bytes.windows(id.len()).any(|part| part == id.as_bytes());
    holds(request.path.as_str().as_bytes())
        || request.body.in_memory().is_some_and(|body| holds(body))
        || request.headers.values().any(|value| holds(value.as_bytes()))
}
