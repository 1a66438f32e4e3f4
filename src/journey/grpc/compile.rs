//! From the written form of a step to a call.

use super::call::Call;
use super::draft::Draft;
use super::name::MethodName;
use super::status::GrpcStatus;
use super::types::Types;
use crate::journey::step::Rendered;
use crate::journey::{CompileContext, Expect, Json, JsonKind, Pairs, Scope, StatusExpect, StepSpec, request};
use crate::source::{Located, Mark, Problem};
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderName, HeaderValue, Method};
use std::sync::OnceLock;
use std::time::Duration;

const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Whether steps may call methods, and where the types of their messages come from.
#[derive(Debug, Clone, Copy)]
pub enum Calls<'a> {
    /// They may not: checks and the ledger.
    Refused,
    /// From a descriptor set.
    Typed(&'a Types),
    /// From the server, which is asked before the load.
    Asked,
}

/// The call of a step.
pub(in crate::journey) fn compile(
    method: &Located<String>,
    spec: &StepSpec,
    scope: &Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Call> {
    if matches!(cx.calls, Calls::Refused) {
        let problem = Problem::at(method.mark, "only the steps of a journey can call gRPC");
        problems.push(
            problem.help("call it from `load.journeys`; the check `grpc_health` asks a server's health"),
        );
        return None;
    }
    let before = problems.len();
    problems.extend(foreign(spec));
    problems.extend(reserved(&spec.metadata));
    let name = MethodName::parse(method, problems)?;
    let (wanted, wanted_at) = wanted(spec.expect.as_ref(), problems);
    let empty = || Json { value: JsonKind::Map(Vec::new()), mark: method.mark };
    let message = spec.message.clone().unwrap_or_else(empty);
    let draft = Draft::of(&message, scope);
    let path = Located { value: format!("/{}", method.value), mark: method.mark };
    let request = StepSpec {
        headers: spec.metadata.clone(),
        auth: spec.auth.clone(),
        json: Some(message),
        ..StepSpec::default()
    };
    let mut rendered = request::compile(Method::POST, &path, &request, scope, cx, problems);
    speak_grpc(&mut rendered, spec.timeout.as_ref().map_or(cx.timeout, |timeout| timeout.value).get());
    let (prefix, bound) = (cx.prefix().to_owned(), OnceLock::new());
    let call = Call { name, draft, rendered, prefix, wanted, wanted_at, bound };
    if let Calls::Typed(types) = cx.calls {
        // What is wrong already would be told again of the request that cannot be made of it.
        let whole = problems.len() == before;
        problems.extend(if whole { call.bind(types) } else { call.look_up(types).err().unwrap_or_default() });
    }
    (problems.len() == before).then_some(call)
}

/// The headers that make a request a call.
fn speak_grpc(rendered: &mut Rendered, timeout: Duration) {
    let headers = &mut rendered.fixed_headers;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    // Digits and a letter are always a header's value.
    headers.extend(HeaderValue::from_str(&deadline(timeout)).ok().map(|value| (TIMEOUT, value)));
    rendered.headers.retain(|(name, _)| ![CONTENT_TYPE, TE, TIMEOUT].contains(name));
}

/// A timeout as gRPC writes it: at most eight digits and a unit.
fn deadline(timeout: Duration) -> String {
    const MOST: u128 = 99_999_999;
    let (micros, millis) = (timeout.as_micros(), timeout.as_millis());
    match (micros, millis) {
        (micros, _) if micros <= MOST => format!("{micros}u"),
        (_, millis) if millis <= MOST => format!("{millis}m"),
        _ => format!("{}S", u128::from(timeout.as_secs()).min(MOST)),
    }
}

/// Keys that only a request of HTTP has.
fn foreign(spec: &StepSpec) -> Vec<Problem> {
    let first = |pairs: &Pairs<Located<String>>| pairs.iter().next().map(|(name, _)| name.mark);
    let keys = [
        ("query", first(&spec.query), "put it into `message`"),
        ("headers", first(&spec.headers), "write `metadata`"),
        ("json", spec.json.as_ref().map(|json| json.mark), "write `message`"),
        ("form", spec.form.as_ref().and_then(first), "write `message`"),
        ("body", spec.body.as_ref().map(|body| body.mark), "write `message`"),
        ("body_file", spec.body_file.as_ref().map(|file| file.mark), "write `message`"),
        ("redirects", spec.redirects.as_ref().map(|redirects| redirects.mark), "remove it"),
    ];
    let of = |(key, mark, help): (&str, Option<Mark>, &str)| {
        Some(Problem::at(mark?, format!("a call of gRPC has no `{key}`")).help(help))
    };
    keys.into_iter().filter_map(of).collect()
}

/// Metadata that the protocol itself sends.
fn reserved(metadata: &Pairs<Located<String>>) -> Vec<Problem> {
    let own = |name: &str| {
        name.starts_with("grpc-") || [CONTENT_TYPE.as_str(), TE.as_str(), "host"].contains(&name)
    };
    let reserved = metadata.iter().filter(|(name, _)| own(&name.to_ascii_lowercase()));
    let of = |(name, _): &(Located<String>, _)| {
        Problem::at(name.mark, format!("`{}` belongs to gRPC itself", name.value))
            .help("remove it; `timeout` sets the deadline")
    };
    reserved.map(of).collect()
}

/// The statuses that are expected, and where they stand.
fn wanted(expect: Option<&Expect>, problems: &mut Vec<Problem>) -> (Vec<GrpcStatus>, Mark) {
    let Some(statuses) = expect.and_then(|expect| expect.status.as_ref()) else {
        return (Vec::new(), Mark::default());
    };
    let mut wanted = Vec::new();
    for status in &statuses.0 {
        match status {
            StatusExpect::Grpc(status) => wanted.push(*status),
            other => {
                let problem =
                    Problem::at(statuses.mark, format!("`{other}` is a status of HTTP, not of gRPC"));
                problems.push(problem.help("write a name, such as OK or NOT_FOUND"));
            }
        }
    }
    if statuses.0.is_empty() {
        let problem = Problem::at(statuses.mark, "the list of statuses is empty");
        problems.push(problem.help("name one, or leave `status` out"));
    }
    let json = expect.and_then(|expect| expect.json.iter().next());
    if let Some((path, _)) = json.filter(|_| !wanted.is_empty() && !wanted.contains(&GrpcStatus::OK)) {
        let problem = Problem::at(path.mark, "only a call that ends OK has a message to look into");
        problems.push(problem.help("remove `json`, or expect OK"));
    }
    (wanted, statuses.mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_have_at_most_eight_digits() {
        for (timeout, written) in [
            (Duration::from_micros(1), "1u"),
            (Duration::from_millis(250), "250000u"),
            (Duration::from_secs(99), "99000000u"),
            (Duration::from_secs(100), "100000m"),
            (Duration::from_hours(24), "86400000m"),
            (Duration::from_secs(1_000_000), "1000000S"),
            (Duration::MAX, "99999999S"),
        ] {
            assert_eq!(deadline(timeout), written);
        }
    }
}
