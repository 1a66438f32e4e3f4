//! What goes wrong in a conversation, in words.

use super::Asked;
use super::session::Trouble;
use crate::check::Found;
use crate::transport::speaks_tls;

/// What the broker was asked for when it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Greeting,
    Login,
    VirtualHost,
    Queue,
    Exchange,
    OwnQueue,
    Publish,
    Consume,
}

impl Step {
    /// Its name among the phases.
    pub(super) const fn phase(self) -> &'static str {
        match self {
            Step::Greeting => "greeting",
            Step::Login => "login",
            Step::VirtualHost => "virtual host",
            Step::Queue => "queue",
            Step::Exchange => "exchange",
            Step::OwnQueue => "own queue",
            Step::Publish => "publish",
            Step::Consume => "consume",
        }
    }

    /// What the user needs a permission for.
    const fn doing(self) -> &'static str {
        match self {
            Step::Greeting | Step::Login | Step::VirtualHost => "log in",
            Step::Queue => "look at the queue",
            Step::Exchange => "look at the exchange",
            Step::OwnQueue => "make a queue of its own and bind it",
            Step::Publish => "publish",
            Step::Consume => "consume",
        }
    }
}

impl Asked {
    /// What a trouble at this step means.
    pub(super) fn told(&self, step: Step, trouble: &Trouble) -> Found {
        let Trouble::Refused { code, text } = trouble else { return self.broken(step, trouble) };
        let (user, vhost) = (&self.broker.user, &self.broker.vhost);
        match (step, *code) {
            (Step::Login, 403) => {
                let next = "correct the user or the password in `url`";
                let reason = format!("the broker refuses the login of `{user}`: {text}; {next}");
                Found::fail(reason).at(self.url).for_good()
            }
            (Step::VirtualHost, 403 | 530) => {
                let next = if text.contains("not found") {
                    "create it, or correct its name in `url`"
                } else {
                    "let the user in with `rabbitmqctl set_permissions`"
                };
                let reason =
                    format!("`{user}` does not come into the virtual host `{vhost}`: {text}; {next}");
                Found::fail(reason).at(self.url)
            }
            (Step::Queue, 404) => {
                Found::fail(format!("the queue is missing: {text}; declare it, or correct its name"))
            }
            (Step::Queue, 405) => {
                Found::fail(format!("the queue belongs to another connection alone: {text}"))
            }
            (Step::Exchange, 404) => {
                Found::fail(format!("the exchange is missing: {text}; declare it, or correct its name"))
            }
            (_, 403) => {
                let next = "grant it with `rabbitmqctl set_permissions`";
                Found::fail(format!("`{user}` may not {}: {text}; {next}", step.doing()))
            }
            (_, 320) => {
                Found::fail(format!("the broker ends the connection: {text}; look whether it is stopped"))
            }
            (_, 0) => Found::fail(format!("the broker takes no password: {text}")).at(self.url).for_good(),
            _ => {
                let doing = step.doing();
                Found::fail(format!("the broker does not let it {doing}: {trouble}; look into its log"))
            }
        }
    }

    fn broken(&self, step: Step, trouble: &Trouble) -> Found {
        let place = &self.broker;
        match (step, trouble) {
            (Step::Greeting, Trouble::Stranger(_) | Trouble::OutOfPlace) => {
                Found::fail(format!("{place}: {trouble}")).at(self.url)
            }
            (Step::Greeting, Trouble::Network(error)) if speaks_tls(error) => {
                Found::fail(format!("{place}: it answers with TLS; write amqps://")).at(self.url)
            }
            (Step::Login, Trouble::HungUp) => {
                let user = &self.broker.user;
                let next = "some brokers refuse a login so; correct the user or the password in `url`";
                Found::fail(format!("{place} hung up at the login of `{user}`: {next}")).at(self.url)
            }
            (_, Trouble::Network(_) | Trouble::HungUp) => {
                let (phase, next) = (step.phase(), "look whether it is stopped, and into its log");
                Found::unreachable(format!("{place}, at the {phase}: {trouble}; {next}"))
            }
            _ => Found::fail(format!("{place}, at the {}: {trouble}", step.phase())),
        }
    }
}
