//! What calls of gRPC need of the target: HTTP/2, and types.

use super::Whole;
use crate::journey::grpc::{Types, TypesError};
use crate::scenario::data::DataFiles;
use crate::scenario::{GrpcSpec, LoadSpec, ScenarioFile, TargetPlan};
use crate::source::{Located, Problem};

/// The types of a descriptor set; none where the server is asked for them, or where something is wrong.
pub(in crate::scenario) fn grpc(
    file: &ScenarioFile,
    whole: &Whole,
    target: Option<&TargetPlan>,
    data: &DataFiles<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Types> {
    let call = file.load.as_ref().and_then(|load| first_call(load));
    // One message for the first call stands for all.
    if let Some((call, target)) = call.zip(target).filter(|(_, plan)| !plan.target.may_speak_http2()) {
        let url = &target.url;
        let problem =
            Problem::at(call.mark, format!("gRPC needs HTTP/2, but requests to {url} go by HTTP/1.1"));
        problems.push(problem.help("write `http_version: http2` in `target`"));
    }
    let Some(spec) = file.target.as_ref().and_then(|target| target.grpc.as_ref()) else {
        let untyped = |call: &Located<String>| {
            Problem::at(call.mark, "nothing says of what types the messages of this call are")
                .help("add `grpc: { descriptors: FILE }` or `grpc: { reflection: true }` to `target`")
        };
        problems.extend(call.filter(|_| whole.target && target.is_some()).map(untyped));
        return None;
    };
    match types(spec, data) {
        Ok(types) => types,
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// The first call of the load's journeys.
fn first_call(load: &LoadSpec) -> Option<&Located<String>> {
    let mut steps = load.journeys().iter().flat_map(|journey| &journey.steps.value);
    steps.find_map(|step| step.grpc.as_ref())
}

fn types(spec: &Located<GrpcSpec>, data: &DataFiles<'_>) -> Result<Option<Types>, Problem> {
    match (&spec.descriptors, &spec.reflection) {
        (None, Some(reflection)) if reflection.value => Ok(None),
        (Some(named), None) => {
            let bytes = data.read(named)?;
            Types::of_set(&bytes).map(Some).map_err(|error| unreadable(named, &error))
        }
        _ => {
            let problem =
                Problem::at(spec.mark, "the types come from `descriptors` or from `reflection: true`");
            Err(problem.help("write exactly one of the two"))
        }
    }
}

fn unreadable(named: &Located<String>, error: &TypesError) -> Problem {
    Problem::at(named.mark, format!("`{}` is not a whole descriptor set: {error}", named.value))
        .help("make it with `protoc --include_imports --descriptor_set_out=FILE …` or `buf build -o FILE`")
}
