//! From the written form of a step that listens to the compiled one.

use super::listening::{End, Listening, Message, Talk, Until};
use super::{EventsExpect, UntilExpect};
use crate::journey::condition::{JsonRule, TextRule, json_template};
use crate::journey::judge::Expectation;
use crate::journey::template::{Encode, Template};
use crate::journey::{Json, JsonKind, Scope, StepSpec};
use crate::source::{Located, Problem};
use http::HeaderValue;

/// What a step does. `expect` is what it expects.
pub(in crate::journey) fn compile(
    spec: &StepSpec,
    expect: &Expectation,
    scope: &Scope,
    problems: &mut Vec<Problem>,
) -> Talk {
    if spec.sse.is_some() {
        problems.extend(misplaced(spec, &[Key::Send, Key::Subprotocol, Key::Redirects]));
        return Talk::Events(Box::new(listening(spec.events.as_deref(), scope, problems)));
    }
    let Some(path) = &spec.websocket else {
        problems.extend(misplaced(spec, &[Key::Send, Key::Subprotocol, Key::Events]));
        return Talk::Exchange;
    };
    problems.extend(misplaced(spec, &[Key::Body, Key::Redirects, Key::Status]));
    let mut listening = listening(spec.events.as_deref(), scope, problems);
    if matches!(listening.end, End::Stream) {
        // A socket has no end of its own: an answer ends the step, and where none is awaited it is over at once.
        let awaited = spec.send.is_some()
            || spec.events.is_some()
            || expect.looks_into_body()
            || spec.capture.iter().next().is_some();
        let at_once = Until { count: Some(listening.at_least), ..Until::default() };
        listening.end = if awaited && listening.at_least <= 1 { End::Expected } else { End::Until(at_once) };
    }
    let send = spec.send.as_ref().map(|send| message(send, scope, problems));
    let subprotocol = spec.subprotocol.as_ref().and_then(|written| subprotocol(written, problems));
    Talk::Message(Box::new(Message { path: path.value.clone(), subprotocol, send, listening }))
}

fn listening(spec: Option<&EventsExpect>, scope: &Scope, problems: &mut Vec<Problem>) -> Listening {
    let Some(spec) = spec else { return Listening::default() };
    let at_least = spec.at_least.as_ref().map_or(0, |least| least.value);
    if let Some(most) = spec.at_most.as_ref().filter(|most| most.value < at_least) {
        let text = format!("at least {at_least} and at most {} cannot both hold", most.value);
        problems.push(Problem::at(most.mark, text).help("raise `at_most`, or lower `at_least`"));
    }
    for limit in [&spec.first_event, &spec.gap].into_iter().flatten().filter(|limit| limit.get().is_zero()) {
        let problem = Problem::at(limit.mark, "a limit of zero lets no event through");
        problems.push(problem.help("write for example 500ms"));
    }
    Listening {
        at_least,
        at_most: spec.at_most.as_ref().map(|most| most.value),
        first_event: spec.first_event.as_ref().map(|limit| limit.get()),
        gap: spec.gap.as_ref().map(|limit| limit.get()),
        end: spec.until.as_ref().map_or(End::Stream, |until| End::Until(end(until, scope, problems))),
    }
}

fn end(spec: &Located<UntilExpect>, scope: &Scope, problems: &mut Vec<Problem>) -> Until {
    let UntilExpect { event, data, json, count } = &spec.value;
    if event.is_none() && data.is_none() && json.iter().next().is_none() && count.is_none() {
        problems.push(Problem::at(spec.mark, "no condition").help("write event, data, json or count"));
    }
    Until {
        event: event.as_ref().map(|name| name.value.clone()),
        data: data.as_ref().map(|data| TextRule::compile(data, scope, problems)),
        json: json.iter().filter_map(|(path, rule)| JsonRule::compile(path, rule, scope, problems)).collect(),
        count: count.as_ref().map(|count| count.value),
    }
}

/// A text goes as it is, anything else as JSON.
fn message(send: &Json, scope: &Scope, problems: &mut Vec<Problem>) -> Template {
    match &send.value {
        JsonKind::Text(text) => {
            let text = Located { value: text.clone(), mark: send.mark };
            Template::parse(&text, scope, Encode::Plain, problems)
        }
        _ => json_template(send, scope, problems),
    }
}

fn subprotocol(written: &Located<String>, problems: &mut Vec<Problem>) -> Option<HeaderValue> {
    let value = HeaderValue::from_str(written).ok();
    if value.is_none() {
        let text = format!("`{}` cannot be a subprotocol", written.value);
        problems.push(Problem::at(written.mark, text).help("write its name, for example `graphql-ws`"));
    }
    value
}

/// Keys of a step that not every kind of step has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Send,
    Subprotocol,
    Events,
    Body,
    Redirects,
    Status,
}

/// The problems of the `keys` that have no meaning in this kind of step.
fn misplaced<'a>(spec: &'a StepSpec, keys: &'a [Key]) -> impl Iterator<Item = Problem> + 'a {
    let only = |what: &'static str| (what, "remove it, or write `websocket: /path` as the step's request");
    let body = spec
        .json
        .as_ref()
        .map(|json| json.mark)
        .or(spec.body.as_ref().map(|body| body.mark))
        .or(spec.body_file.as_ref().map(|file| file.mark))
        .or(spec.form.as_ref().and_then(|form| form.iter().next()).map(|(name, _)| name.mark));
    let status = spec.expect.as_ref().and_then(|expect| expect.status.as_ref()).map(|status| status.mark);
    let all = [
        (Key::Send, spec.send.as_ref().map(|send| send.mark), only("only a WebSocket sends messages")),
        (
            Key::Subprotocol,
            spec.subprotocol.as_ref().map(|name| name.mark),
            only("only a WebSocket has a subprotocol"),
        ),
        (
            Key::Events,
            spec.events.as_ref().map(|events| events.mark),
            ("this step has no events", "remove it, or write `sse: /path` as the step's request"),
        ),
        (Key::Body, body, ("a WebSocket is opened without a body", "write `send`")),
        (
            Key::Redirects,
            spec.redirects.as_ref().map(|redirects| redirects.mark),
            ("a step that listens follows no redirects", "remove it, and write the path that is meant"),
        ),
        (
            Key::Status,
            status,
            (
                "a WebSocket opens with status 101 or not at all",
                "remove it; write `body` or `json` for the message",
            ),
        ),
    ];
    all.into_iter()
        .filter(|(key, ..)| keys.contains(key))
        .filter_map(|(_, mark, (text, help))| Some(Problem::at(mark?, text).help(help)))
}
