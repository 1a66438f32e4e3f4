//! From the written form of a journey to one that can run; every mistake is found here, before the first request.

use super::data::Data;
use super::extract::Extract;
use super::judge::Expectation;
use super::scope::{Scope, check_capture_name};
use super::step::Step;
use super::{CompileContext, JourneySpec, StepSpec, Values, request, talk};
use crate::source::{Located, Mark, Problem};
use http::Method;

/// A body nobody looks into may still be long; beyond this it is a mistake rather than an answer.
const LONGEST_BODY: u64 = 1 << 30;
/// A body that is looked into is kept in memory.
const LONGEST_KEPT_BODY: u64 = 16 << 20;

/// A named list of steps that one arrival goes through.
#[derive(Debug)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// Its share of the arrivals against the other journeys' weights.
    pub weight: u32,
    /// The requests, in order.
    pub steps: Vec<Step>,
    data: Data,
    captures: usize,
}

impl Journey {
    /// Compiles a journey; all that is wrong with it goes to `problems`.
    pub fn compile(
        spec: &JourneySpec,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Journey> {
        let before = problems.len();
        let data = spec.data.as_ref().map(|data| Data::read(data, cx, problems)).unwrap_or_default();
        let mut scope = Scope::new(cx.vars, &data.columns);
        if spec.steps.is_empty() {
            problems.push(Problem::at(spec.steps.mark, "a journey needs at least one step"));
        }
        let mut steps = Vec::new();
        for step in &spec.steps.value {
            steps.extend(compile_any(step, spec.steps.mark, &spec.name, &mut scope, cx, problems));
        }
        let weight = spec.weight.as_ref().map_or(1, |weight| weight.value);
        let journey =
            Journey { name: spec.name.value.clone(), weight, steps, data, captures: scope.captures() };
        (problems.len() == before).then_some(journey)
    }

    /// The values of an arrival at the start of its journey.
    pub fn values(&self, number: u64, seed: u64) -> Values<'_> {
        Values::new(number, seed, self.data.row(number, seed), self.captures)
    }
}

/// Compiles one step that sends a request and takes its whole answer; `fallback` is where a problem of the step as a
/// whole is shown.
pub fn compile_step(
    spec: &StepSpec,
    fallback: Mark,
    journey: &str,
    scope: &mut Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Step> {
    problems.extend(spec.listens().map(|(key, path)| {
        let text = format!("`{key}` is a step for the journeys of a load alone");
        Problem::at(path.mark, text).help(format!("among the smoke checks write a check `{key}`"))
    }));
    compile_any(spec, fallback, journey, scope, cx, problems)
}

fn compile_any(
    spec: &StepSpec,
    fallback: Mark,
    journey: &str,
    scope: &mut Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Step> {
    let (word, method, path) = request_line(spec, fallback, problems)?;
    let name = spec.name.as_ref().map_or_else(|| format!("{word} {}", path.value), |name| name.value.clone());
    let rendered = request::compile(method, path, spec, scope, cx, problems);
    let expect = spec.expect.as_ref();
    let compiled = expect.map(|expect| Expectation::compile(expect, scope, problems)).unwrap_or_default();
    let talk = talk::compile(spec, &compiled, scope, problems);
    let extracts = extracts(spec, scope, problems);
    let timeout = spec.timeout.as_ref().map_or(cx.timeout, |timeout| timeout.value);
    if timeout.get().is_zero() {
        let mark = spec.timeout.as_ref().map_or(fallback, |timeout| timeout.mark);
        problems.push(Problem::at(mark, "a timeout of zero lets no answer through"));
    }
    let kept = compiled.looks_into_body() || extracts.iter().any(Extract::looks_into_body);
    let longest = expect.and_then(|expect| expect.max_body.as_ref()).map(|longest| longest.get());
    Some(Step {
        endpoint: if journey.is_empty() { name } else { format!("{journey}/{name}") },
        timeout: timeout.get(),
        think: spec.think.as_ref().map(|think| think.value),
        request: rendered.into_form(),
        talk,
        expect: compiled,
        extracts,
        redirects: spec.redirects.as_ref().map_or(0, |redirects| redirects.value),
        longest_body: longest.unwrap_or(if kept { LONGEST_KEPT_BODY } else { LONGEST_BODY }),
    })
}

/// What the request is called, its method and its path.
fn request_line<'a>(
    spec: &'a StepSpec,
    fallback: Mark,
    problems: &mut Vec<Problem>,
) -> Option<(&'static str, Method, &'a Located<String>)> {
    let with_body =
        spec.json.is_some() || spec.form.is_some() || spec.body.is_some() || spec.body_file.is_some();
    let all = [
        ("GET", Method::GET, &spec.get),
        ("HEAD", Method::HEAD, &spec.head),
        ("POST", Method::POST, &spec.post),
        ("PUT", Method::PUT, &spec.put),
        ("PATCH", Method::PATCH, &spec.patch),
        ("DELETE", Method::DELETE, &spec.delete),
        ("OPTIONS", Method::OPTIONS, &spec.options),
        ("sse", if with_body { Method::POST } else { Method::GET }, &spec.sse),
        ("websocket", Method::GET, &spec.websocket),
    ];
    let mut given = all.into_iter().filter_map(|(word, method, path)| Some((word, method, path.as_ref()?)));
    let Some(first) = given.next() else {
        let mark = spec.name.as_ref().map_or(fallback, |name| name.mark);
        problems.push(
            Problem::at(mark, "a step without a request")
                .help("add one of get, head, post, put, patch, delete, options, sse, websocket with a path"),
        );
        return None;
    };
    if let Some((word, _, path)) = given.next() {
        let message = format!("a step has one request, but this has {} and {word}", first.0);
        problems.push(Problem::at(path.mark, message).help("make it a step of its own"));
    }
    let path = first.2;
    if !path.starts_with('/') && !path.starts_with("{{") {
        let problem = Problem::at(path.mark, format!("the path `{}` does not start with `/`", path.value));
        problems.push(problem.help("write the path only; host and scheme come from `target.http`"));
    }
    Some(first)
}

fn extracts(spec: &StepSpec, scope: &mut Scope, problems: &mut Vec<Problem>) -> Vec<Extract> {
    let mut extracts = Vec::new();
    for (name, capture) in &spec.capture {
        problems.extend(check_capture_name(name));
        let place = scope.capture(name);
        extracts.extend(Extract::compile(name, capture, place, problems));
    }
    extracts
}
