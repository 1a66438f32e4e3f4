//! Connects, asks, and says what it means.

use super::Asked;
use super::method::{self, Said};
use super::session::{Session, Trouble};
use super::told::Step;
use crate::check::dial::{Stream, Timed, tcp, unreachable};
use crate::check::{CheckContext, Found};
use crate::sample::ErrorClass;
use crate::source::Located;
use crate::transport::{Failure, PlainText};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::either::Either;

/// How long saying goodbye may take, where there is time left and where there is none.
const GOODBYE: Duration = Duration::from_secs(1);
const LAST_WORDS: Duration = Duration::from_millis(50);

/// How long our message lives, in milliseconds, wherever else an exchange puts it.
const EXPIRES: &str = "60000";

impl Asked {
    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let mut timed = Timed::new(cx.limit);
        let found = match self.connect(&mut timed).await {
            Ok(stream) => self.converse(stream, &mut timed, cx.seed).await,
            Err(found) => found.reproduce(self.by_hand.connect()),
        };
        timed.on(found)
    }

    async fn connect(&self, timed: &mut Timed) -> Result<Stream, Found> {
        let stream = tcp(&self.broker.host, self.broker.port, timed).await?;
        let Some((connector, name)) = &self.broker.tls else {
            return Ok(Either::Left(PlainText::new(stream)));
        };
        let place = &self.broker;
        match timed.part("tls", connector.connect(name.clone(), stream)).await {
            Ok(Ok(stream)) => Ok(Either::Right(Box::new(stream))),
            Ok(Err(error)) if error.to_string().contains("certificate") => {
                let text = format!("TLS with {place}: {error}");
                Err(unreachable(&Failure::new(ErrorClass::Tls, text)))
            }
            Ok(Err(error)) => {
                let next = "write amqp:// when this port does not speak TLS";
                Err(Found::unreachable(format!("TLS with {place}: {error}; {next}")).at(self.url))
            }
            Err(late) => {
                let text = format!("TLS with {place}: no answer within {}", late.limit());
                Err(unreachable(&Failure::new(ErrorClass::Timeout, text)))
            }
        }
    }

    async fn converse(&self, stream: Stream, timed: &mut Timed, seed: u64) -> Found {
        let greeted = match timed.part(Step::Greeting.phase(), Session::greet(stream)).await {
            Ok(Ok(greeted)) => Ok(greeted),
            Ok(Err(trouble)) => Err(self.told(Step::Greeting, &trouble)),
            Err(late) => {
                let (place, limit) = (&self.broker, late.limit());
                Err(Found::unreachable(format!(
                    "{place} takes the connection, but does not greet within {limit}; look whether it is overloaded"
                )))
            }
        };
        let (mut session, product) = match greeted {
            Ok(greeted) => greeted,
            Err(found) => return found.reproduce(self.by_hand.connect()),
        };
        let found = self.steps(&mut session, product, timed, seed).await.unwrap_or_else(|found| found);
        // A broker that does not say goodbye has still done what it should, or failed already.
        let _ = timeout(timed.left().clamp(LAST_WORDS, GOODBYE), session.close()).await;
        found
    }

    async fn steps(
        &self,
        session: &mut Session,
        product: String,
        timed: &mut Timed,
        seed: u64,
    ) -> Result<Found, Found> {
        let (exchange, key) = (self.exchange.as_deref(), self.routing_key.as_deref());
        let publish = || self.by_hand.publish(exchange.map(String::as_str), key);
        let mut told = vec![product];
        let login = session.log_in(&self.broker.user, &self.broker.password);
        self.done(Step::Login, login, timed).await.map_err(|found| found.reproduce(publish()))?;
        self.done(Step::VirtualHost, session.enter(&self.broker.vhost), timed)
            .await
            .map_err(|found| found.reproduce(publish()))?;
        if let Some(queue) = &self.queue {
            let state = self.look(queue, session, timed, seed).await.map_err(|found| {
                let found = found.or_at(queue.mark);
                found.reproduce(self.by_hand.queues())
            })?;
            told.push(state);
        }
        if let Some(exchange) = &self.exchange {
            let question = method::exchange(exchange);
            let asked = session.ask(&question);
            self.done(Step::Exchange, asked, timed)
                .await
                .map_err(|found| found.at(exchange.mark).reproduce(self.by_hand.exchanges()))?;
        }
        if self.queue.is_none() || self.exchange.is_some() {
            self.round_trip(session, timed).await.map_err(|found| found.reproduce(publish()))?;
            told.push(format!("a message came back in {}", timed.so_far()));
        }
        Ok(Found::pass(told.join(", ")))
    }

    /// Does one step.
    async fn done<T>(
        &self,
        step: Step,
        asked: impl Future<Output = Result<T, Trouble>>,
        timed: &mut Timed,
    ) -> Result<T, Found> {
        match timed.part(step.phase(), asked).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(trouble)) => Err(self.told(step, &trouble)),
            Err(late) => {
                let (phase, limit) = (step.phase(), late.limit());
                Err(Found::fail(format!(
                    "no answer at the {phase} within {limit}; look whether the broker is overloaded"
                )))
            }
        }
    }

    /// Looks at a queue that has to be there.
    async fn look(
        &self,
        queue: &Located<String>,
        session: &mut Session,
        timed: &mut Timed,
        seed: u64,
    ) -> Result<String, Found> {
        let asked = method::queue(queue);
        let (messages, consumers) = self.done(Step::Queue, session.queue(&asked), timed).await?;
        for (rule, number) in [(&self.messages, messages), (&self.consumers, consumers)] {
            if let Some(rule) = rule {
                rule.judge(Some(number.into()), seed)?;
            }
        }
        Ok(format!("`{}` has {} and {}", queue.value, many(messages, "message"), many(consumers, "consumer")))
    }

    /// Sends a message into a queue of its own, and takes it out of there.
    async fn round_trip(&self, session: &mut Session, timed: &mut Timed) -> Result<(), Found> {
        let own = format!("shakedown.{:016x}", rand::random::<u64>());
        let exchange = self.exchange.as_ref().map_or("", |exchange| exchange.value.as_str());
        let key = self.routing_key.as_deref().unwrap_or(&own);
        let made = async {
            session.queue(&method::own_queue(&own)).await?;
            if !exchange.is_empty() {
                session
                    .ask(&method::bind(&own, exchange, self.binding_key.as_deref().unwrap_or(key)))
                    .await?;
            }
            session.ask(&method::confirm()).await
        };
        self.done(Step::OwnQueue, made, timed).await?;
        self.publish(session, (exchange, key), own.as_bytes(), timed).await?;
        let back = async {
            session.ask(&method::consume(&own)).await?;
            loop {
                match session.answer().await? {
                    Said::Deliver => {}
                    Said::Cancelled => return Ok(None),
                    _ => return Err(Trouble::OutOfPlace),
                }
                let body = session.message().await?;
                // An exchange may send what others say, too.
                if body == own.as_bytes() || exchange.is_empty() {
                    return Ok(Some(body));
                }
            }
        };
        match timed.part(Step::Consume.phase(), back).await {
            Ok(Ok(Some(body))) if body == own.as_bytes() => Ok(()),
            Ok(Ok(Some(body))) => {
                let got = String::from_utf8_lossy(&body).chars().take(80).collect::<String>();
                Err(Found::fail("the message came back as another").expected(own, got))
            }
            Ok(Ok(None)) => Err(Found::fail("the broker took the queue away before the message came back")),
            Ok(Err(trouble)) => Err(self.told(Step::Consume, &trouble)),
            Err(late) => Err(Found::fail(format!(
                "the broker confirmed the message, but did not give it back within {}; look at the limits and \
                 policies of the virtual host",
                late.limit()
            ))),
        }
    }

    /// Publishes the message; it has to be taken, and to go somewhere.
    async fn publish(
        &self,
        session: &mut Session,
        (exchange, key): (&str, &str),
        body: &[u8],
        timed: &mut Timed,
    ) -> Result<(), Found> {
        let confirmed = async {
            session
                .publish(&method::publish(exchange, key), &method::properties(body.len(), EXPIRES), body)
                .await?;
            let mut returned = None;
            loop {
                match session.answer().await? {
                    Said::Ack => return Ok(returned),
                    Said::Nack => {
                        let next =
                            "its queue may be full: look at the limits and policies of the virtual host";
                        return Ok(Some(format!("the broker did not take the message; {next}")));
                    }
                    Said::Return { code, text } => {
                        session.message().await?;
                        let name = if exchange.is_empty() { "the default exchange" } else { exchange };
                        let next = "look at its type and its bindings";
                        returned =
                            Some(format!("`{name}` routes the message nowhere: {text} ({code}); {next}"));
                    }
                    _ => return Err(Trouble::OutOfPlace),
                }
            }
        };
        let late = match timed.part(Step::Publish.phase(), confirmed).await {
            Ok(Ok(None)) => return Ok(()),
            Ok(Ok(Some(reason))) => {
                let mark = self.exchange.as_ref().map_or(self.url, |exchange| exchange.mark);
                return Err(Found::fail(reason).at(mark));
            }
            Ok(Err(trouble)) => return Err(self.told(Step::Publish, &trouble)),
            Err(late) => late.limit(),
        };
        Err(match &session.blocked {
            Some(why) => {
                let next = "free memory or disk on it; `rabbitmq-diagnostics check_local_alarms` tells more";
                Found::fail(format!("the broker takes no messages: {why}; {next}"))
            }
            None => Found::fail(format!(
                "the message was not confirmed within {late}; look into the broker's log"
            )),
        })
    }
}

/// `1 message`, `2 messages`.
fn many(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
