//! What is listened for, ready to be asked.

use crate::journey::Values;
use crate::journey::condition::{JsonRule, TextRule};
use crate::journey::template::Template;
use crate::transport::Event;
use http::HeaderValue;
use std::time::Duration;

/// What a step does.
#[derive(Debug, Default)]
pub(in crate::journey) enum Talk {
    /// One request and its whole answer.
    #[default]
    Exchange,
    /// One request, whose answer is a stream of events.
    Events(Box<Listening>),
    /// A message over a WebSocket, and those that come back.
    Message(Box<Message>),
}

/// A message over a WebSocket.
#[derive(Debug)]
pub(in crate::journey) struct Message {
    /// The path of its socket, as written.
    pub(super) path: String,
    /// The subprotocol that is offered.
    pub(super) subprotocol: Option<HeaderValue>,
    /// What is sent; nothing where the step only listens.
    pub(super) send: Option<Template>,
    /// What is listened for.
    pub(super) listening: Listening,
}

/// What is listened for.
#[derive(Debug, Default)]
pub(in crate::journey) struct Listening {
    pub(super) at_least: u32,
    pub(super) at_most: Option<u32>,
    pub(super) first_event: Option<Duration>,
    pub(super) gap: Option<Duration>,
    pub(super) end: End,
}

/// What ends the listening.
#[derive(Debug, Default)]
pub(in crate::journey) enum End {
    /// The stream's own end.
    #[default]
    Stream,
    /// The first event that is as the step expects.
    Expected,
    /// An event of a kind, or a number of them.
    Until(Until),
}

/// The event that ends the listening.
#[derive(Debug, Default)]
pub(in crate::journey) struct Until {
    pub(super) event: Option<String>,
    pub(super) data: Option<TextRule>,
    pub(super) json: Vec<JsonRule>,
    pub(super) count: Option<u32>,
}

impl Until {
    /// Whether this event ends it, whatever the count.
    pub(super) fn is(&self, event: &Event, values: &mut Values<'_>) -> bool {
        if self.event.is_none() && self.data.is_none() && self.json.is_empty() {
            return false;
        }
        let text = |rule: &TextRule| rule.judge(&"the data", Some(&event.data), values).is_ok();
        if self.event.as_ref().is_some_and(|name| *name != event.name) || !self.data.as_ref().is_none_or(text)
        {
            return false;
        }
        self.json.is_empty()
            || serde_json::from_str(&event.data)
                .is_ok_and(|document| self.json.iter().all(|rule| rule.judge(&document, values).is_ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::{Scope, TextExpect};
    use crate::source::{Located, Mark};

    fn located<V>(value: impl Into<V>) -> Located<V> {
        Located { value: value.into(), mark: Mark::default() }
    }

    #[test]
    fn all_that_is_given_of_an_event_must_hold() {
        let named = |name: &str| Until { event: Some(name.into()), ..Until::default() };
        let rule = || {
            let written = TextExpect { matches: Some(located("^[{]")), ..TextExpect::default() };
            TextRule::compile(&located(written), &Scope::default(), &mut Vec::new())
        };
        let event = Event { name: "done".into(), data: "{}".into() };
        for (until, is) in [
            (named("done"), true),
            (named("message"), false),
            (Until { data: Some(rule()), ..named("done") }, true),
            (Until { data: Some(rule()), ..named("tick") }, false),
            (Until { count: Some(1), ..Until::default() }, false),
            (Until { count: Some(9), ..named("done") }, true),
        ] {
            assert_eq!(until.is(&event, &mut Values::new(0, 0, &[], 0)), is, "{until:?}");
        }
    }
}
