//! `amqp`: whether a broker takes us in, has the queue and the exchange that are meant, and gives back a message.
//!
//! It speaks AMQP 0-9-1 itself: the few methods that it needs are told apart here down to who refused what and why,
//! and nothing of a conversation goes on once its attempt is over.

mod asking;
mod broker;
mod by_hand;
mod method;
mod session;
mod told;
mod wire;

use crate::check::dial::{needed_url, pem};
use crate::check::value::ValueRule;
use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::database::{place, right_url};
use crate::journey::{CompileContext, JsonExpect};
use crate::source::{Located, Mark, Problem};
use broker::Broker;
use by_hand::ByHand;
use schemars::JsonSchema;
use serde::Deserialize;

/// A connection to a broker that speaks AMQP 0-9-1, such as RabbitMQ, and what is expected behind it. Without `queue` a
/// message goes into a queue of its own and comes back.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Amqp {
    /// Where it is: `amqp://user:password@host:5672/vhost`, `amqps://` for TLS.
    pub url: Option<Located<String>>,
    /// A PEM file of certificate authorities to trust instead of the system's.
    pub ca: Option<Located<String>>,
    /// A queue that has to be there. It is looked at; no message is put into it or taken out.
    pub queue: Option<Located<String>>,
    /// How many messages may wait in the queue.
    pub messages: Option<Located<JsonExpect>>,
    /// How many consumers the queue must have.
    pub consumers: Option<Located<JsonExpect>>,
    /// An exchange that has to be there. A message goes through it into a queue of its own, and comes back.
    pub exchange: Option<Located<String>>,
    /// The key of that message; a key that nobody else has when left out.
    pub routing_key: Option<Located<String>>,
    /// The key by which the queue is bound to the exchange; that of the message when left out.
    pub binding_key: Option<Located<String>>,
}

/// A check of a broker that can be asked.
#[derive(Debug)]
struct Asked {
    broker: Broker,
    /// Host, port and virtual host as they were written.
    place: String,
    by_hand: ByHand,
    url: Mark,
    queue: Option<Located<String>>,
    messages: Option<ValueRule>,
    consumers: Option<ValueRule>,
    exchange: Option<Located<String>>,
    routing_key: Option<String>,
    binding_key: Option<String>,
}

impl CheckKind for Amqp {
    fn compile(
        spec: &Located<Amqp>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let before = problems.len();
        let Located { value: spec, mark } = spec;
        let url = needed_url(spec.url.as_ref(), *mark, ("broker", "\"${env:AMQP_URL}\""), problems)?;
        problems.extend(right_url(url, &["amqp", "amqps"], "amqp://user:password@host:5672/vhost"));
        spec.strays(problems);
        let ca = pem(spec.ca.as_ref(), cx);
        let ca = ca.map_err(|problem| problems.push(problem)).ok()?;
        if problems.len() > before {
            return None;
        }
        let broker = Broker::parse(url, ca)
            .map_err(|error| problems.push(Problem::at(url.mark, error.to_string())))
            .ok()?;
        let rule = |name: &str, spec: &Option<Located<JsonExpect>>, problems: &mut Vec<Problem>| {
            ValueRule::compile(name, spec.as_ref()?, cx, problems)
        };
        let key = |key: &Option<Located<String>>| key.as_ref().map(|key| key.value.clone());
        let asked = Asked {
            by_hand: ByHand::new(&broker),
            broker,
            place: place(url).to_owned(),
            url: url.mark,
            messages: rule("the number of messages", &spec.messages, problems),
            consumers: rule("the number of consumers", &spec.consumers, problems),
            queue: spec.queue.clone(),
            exchange: spec.exchange.clone(),
            routing_key: key(&spec.routing_key),
            binding_key: key(&spec.binding_key),
        };
        Some(asked)
    }
}

impl Amqp {
    /// What belongs to something that is not there, and what the protocol has no room for.
    fn strays(&self, problems: &mut Vec<Problem>) {
        let limits = [&self.messages, &self.consumers].into_iter().flatten().map(|limit| limit.mark);
        if let Some(mark) = limits.into_iter().next().filter(|_| self.queue.is_none()) {
            let problem = Problem::at(mark, "`messages` and `consumers` are those of a queue");
            problems.push(problem.help("add `queue: NAME`"));
        }
        let keys = [&self.routing_key, &self.binding_key].into_iter().flatten().next();
        if let Some(key) = keys.filter(|_| self.exchange.is_none()) {
            let problem = Problem::at(key.mark, "a key is that of a message through an exchange");
            problems.push(problem.help("add `exchange: NAME`"));
        }
        if let Some(ca) =
            self.ca.as_ref().filter(|_| self.url.as_ref().is_some_and(|url| url.starts_with("amqp:")))
        {
            let problem = Problem::at(ca.mark, "`ca` is for TLS, and the URL has none");
            problems.push(problem.help("write amqps://, or leave `ca` out"));
        }
        let names = [&self.queue, &self.exchange, &self.routing_key, &self.binding_key];
        for name in names.into_iter().flatten() {
            if name.len() > 255 {
                problems.push(Problem::at(name.mark, "a name or a key of AMQP has at most 255 bytes"));
            }
        }
        for name in [&self.queue, &self.exchange].into_iter().flatten().filter(|name| name.is_empty()) {
            let problem = Problem::at(name.mark, "the name is empty");
            problems.push(
                problem.help("write a name, or leave it out: a message then takes the default exchange"),
            );
        }
    }
}

impl Check for Asked {
    fn describe(&self) -> String {
        let meant = [("queue", &self.queue), ("exchange", &self.exchange)];
        let meant =
            meant.into_iter().filter_map(|(what, name)| Some(format!(", {what} {}", name.as_ref()?.value)));
        format!("amqp at {}{}", self.place, meant.collect::<String>())
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }
}
