//! From the written form of a journey to one that can run; every mistake is found here, before the first request.

use super::data::Data;
use super::extract::Extract;
use super::grpc::{self, Call};
use super::judge::Expectation;
use super::origin::Origin;
use super::scope::{Scope, check_capture_name};
use super::step::{RequestForm, Step};
use super::{CompileContext, Expect, JourneySpec, StatusExpect, StepSpec, Values, request, talk};
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
            let written = WrittenStep { spec: step, mark: spec.steps.mark, journey: &spec.name };
            steps.extend(written.compile(&mut scope, cx, problems));
        }
        let weight = spec.weight.as_ref().map_or(1, |weight| weight.value);
        let journey =
            Journey { name: spec.name.value.clone(), weight, steps, data, captures: scope.captures() };
        (problems.len() == before).then_some(journey)
    }

    /// The calls of gRPC among its steps.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().filter_map(Step::call)
    }

    /// The values of an arrival at the start of its journey.
    pub fn values(&self, number: u64, seed: u64) -> Values<'_> {
        Values::new(number, seed, self.data.row(number, seed), self.captures)
    }
}

/// A step as it is written, and what it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct WrittenStep<'a> {
    /// The step.
    pub spec: &'a StepSpec,
    /// Where a problem of the step as a whole is shown.
    pub mark: Mark,
    /// The journey whose name its endpoint begins with; empty for a step of no journey.
    pub journey: &'a str,
}

impl WrittenStep<'_> {
    /// Compiles a step that sends a request and takes its whole answer; all that is wrong with it goes to `problems`.
    pub fn compile_exchange(
        self,
        scope: &mut Scope,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Step> {
        problems.extend(self.spec.listens().map(|(key, path)| {
            let text = format!("`{key}` is a step for the journeys of a load alone");
            Problem::at(path.mark, text).help(format!("among the smoke checks write a check `{key}`"))
        }));
        self.compile(scope, cx, problems)
    }

    fn compile(
        self,
        scope: &mut Scope,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Step> {
        let WrittenStep { spec, mark, journey } = self;
        let (name, request) = self.named_request(scope, cx, problems)?;
        let name = spec.name.as_ref().map_or(name, |name| name.value.clone());
        let expect = of_http(spec.expect.as_ref(), &request, problems);
        let compiled =
            expect.as_ref().map(|expect| Expectation::compile(expect, scope, problems)).unwrap_or_default();
        let talk = talk::compile(spec, &compiled, scope, problems);
        let extracts = extracts(spec, scope, problems);
        let timeout = spec.timeout.as_ref().map_or(cx.timeout, |timeout| timeout.value);
        if timeout.get().is_zero() {
            let mark = spec.timeout.as_ref().map_or(mark, |timeout| timeout.mark);
            problems.push(Problem::at(mark, "a timeout of zero lets no answer through"));
        }
        let kept = compiled.looks_into_body() || extracts.iter().any(Extract::looks_into_body);
        let kept = kept || matches!(request, RequestForm::Call(_));
        let longest = expect.and_then(|expect| expect.max_body).map(|longest| longest.get());
        Some(Step {
            endpoint: if journey.is_empty() { name } else { format!("{journey}/{name}") },
            timeout: timeout.get(),
            think: spec.think.as_ref().map(|think| think.value),
            request,
            talk,
            expect: compiled,
            extracts,
            redirects: spec.redirects.as_ref().map_or(0, |redirects| redirects.value),
            origin: cx.target.map(Origin::of).unwrap_or_default(),
            longest_body: longest.unwrap_or(if kept { LONGEST_KEPT_BODY } else { LONGEST_BODY }),
        })
    }

    /// The one request of the step, and what it is called where nobody named it.
    fn named_request(
        self,
        scope: &Scope,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<(String, RequestForm)> {
        let spec = self.spec;
        if let Some(method) = &spec.grpc {
            if let Some((other, _, path)) = methods(spec).next() {
                let message = format!("a step has one request, but this has a call of gRPC and {other}");
                problems.push(Problem::at(path.mark, message).help("make it a step of its own"));
            }
            let call = grpc::compile(method, spec, scope, cx, problems)?;
            return Some((method.value.clone(), RequestForm::Call(Box::new(call))));
        }
        let (word, method, path) = request_line(spec, self.mark, problems)?;
        let of_calls = [
            (
                "message",
                spec.message.as_ref().map(|message| message.mark),
                "write `json`, or call a method with `grpc`",
            ),
            ("metadata", spec.metadata.iter().next().map(|(name, _)| name.mark), "write `headers`"),
        ];
        for (key, mark, help) in of_calls {
            let problem = |mark| Problem::at(mark, format!("only a call of gRPC has `{key}`")).help(help);
            problems.extend(mark.map(problem));
        }
        let name = format!("{word} {}", path.value);
        Some((name, request::compile(method, path, spec, scope, cx, problems).into_form()))
    }
}

/// What is expected of the answer as one of HTTP. The status of a call is the call's own.
fn of_http(expect: Option<&Expect>, request: &RequestForm, problems: &mut Vec<Problem>) -> Option<Expect> {
    let mut expect = expect?.clone();
    if matches!(request, RequestForm::Call(_)) {
        expect.status = None;
    }
    if let Some(statuses) = &expect.status
        && let Some(status) = statuses.0.iter().find(|status| matches!(status, StatusExpect::Grpc(_)))
    {
        let problem = Problem::at(statuses.mark, format!("`{status}` is a status of gRPC, not of HTTP"));
        problems.push(problem.help("write 100 to 599, or a class such as 2xx"));
    }
    Some(expect)
}

/// The requests of HTTP that a step names: what each is called, its method and its path.
fn methods(spec: &StepSpec) -> impl Iterator<Item = (&'static str, Method, &Located<String>)> {
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
    all.into_iter().filter_map(|(word, method, path)| Some((word, method, path.as_ref()?)))
}

fn request_line<'a>(
    spec: &'a StepSpec,
    fallback: Mark,
    problems: &mut Vec<Problem>,
) -> Option<(&'static str, Method, &'a Located<String>)> {
    let mut given = methods(spec);
    let Some(first) = given.next() else {
        let mark = spec.name.as_ref().map_or(fallback, |name| name.mark);
        let all = "get, head, post, put, patch, delete, options, sse, websocket";
        let help = format!("add one of {all} with a path, or grpc with a method");
        problems.push(Problem::at(mark, "a step without a request").help(help));
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
