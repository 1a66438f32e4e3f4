//! Sends the requests of a check over one connection and notes how long each part took.

use crate::clock::{Clock, Offset};
use crate::journey::{Sender, StepFailure};
use crate::sample::ErrorClass;
use crate::transport::{Answer, Connection, Failure, Keep, Request, Target};
use crate::units::Span;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// The sender of one check.
pub struct Asking<'t> {
    target: &'t Target,
    clock: Clock,
    connection: Option<Connection>,
    /// How long the next answer may take.
    pub timeout: Duration,
    /// The parts of the step under way and how long each took.
    pub phases: Vec<(&'static str, Duration)>,
    /// The part under way, and since when.
    under_way: (&'static str, Instant),
    /// The request that was sent last.
    pub last: Option<Request>,
    /// The newest answer.
    pub answer: Option<Answer>,
}

impl<'t> Asking<'t> {
    /// To this target, over a connection that is opened when it is needed.
    pub fn new(target: &'t Target) -> Asking<'t> {
        Asking {
            target,
            clock: Clock::start(),
            connection: None,
            timeout: Duration::MAX,
            phases: Vec::new(),
            under_way: ("", Instant::now()),
            last: None,
            answer: None,
        }
    }

    /// The connection that is open, or a new one.
    async fn connected(&mut self) -> Result<Connection, Failure> {
        if let Some(mut open) = self.connection.take()
            && open.usable().await
        {
            return Ok(open);
        }
        self.begin("dns");
        let addresses = self.target.resolve().await?;
        if self.target.host.parse::<IpAddr>().is_err() {
            self.end();
        }
        let mut last = None;
        for address in addresses {
            self.begin("connect");
            match Connection::open(self.target, address).await {
                Ok(opened) => {
                    self.phases.push(("connect", opened.took.saturating_sub(opened.tls.unwrap_or_default())));
                    self.phases.extend(opened.tls.map(|tls| ("tls", tls)));
                    return Ok(opened.connection);
                }
                Err(failure) => last = Some(failure),
            }
        }
        self.end();
        Err(last.unwrap_or_else(|| Failure::new(ErrorClass::Dns, "the target's name has no address")))
    }

    async fn exchange(&mut self, request: &Request, keep: Keep, longest: u64) -> Result<Answer, Failure> {
        let connected = self.connected().await?;
        self.begin("first byte");
        let Asking { connection, phases, under_way, clock, .. } = self;
        let sent = clock.now();
        // Noted at once: what comes behind it may take longer than anybody waits.
        let began = |first: Offset| {
            phases.push(("first byte", first.since(sent)));
            *under_way = ("body", Instant::now());
        };
        let connection = connection.insert(connected);
        let exchange = connection.exchange_watched(request, keep, longest, clock, began).await;
        let (part, since) = exchange.first_byte.map_or(("first byte", sent), |first| ("body", first));
        self.phases.push((part, exchange.done.since(since)));
        if exchange.result.is_err() {
            self.connection = None;
        }
        let answer = exchange.result?;
        self.answer = Some(answer.clone());
        Ok(answer)
    }

    /// What to do about a failure, where nobody answered at all.
    pub fn next_move(&self, failure: &StepFailure) -> &'static str {
        match (failure.class, self.under_way.0) {
            (ErrorClass::Timeout, "first byte" | "head" | "body") => {
                "look into its log: it may be overloaded, or wait for something"
            }
            _ => Failure::new(failure.class, failure.text.as_str()).next_move(),
        }
    }

    fn begin(&mut self, part: &'static str) {
        self.under_way = (part, Instant::now());
    }

    fn end(&mut self) {
        let (part, since) = self.under_way;
        self.phases.push((part, since.elapsed()));
    }
}

impl Sender for Asking<'_> {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        self.last = Some(request.clone());
        let limit = self.timeout;
        match tokio::time::timeout(limit, self.exchange(request, keep, longest_body)).await {
            Ok(answer) => answer,
            Err(_) => {
                if self.connection.take().is_some_and(|open| open.is_within_head())
                    && self.under_way.0 != "body"
                {
                    self.under_way.0 = "head";
                }
                self.end();
                let waiting = match self.under_way.0 {
                    "dns" => "the name was not resolved",
                    "connect" => "no connection was made",
                    "head" => "the head of an answer began to come and did not end",
                    "body" => "the head of an answer came, and its body did not end",
                    _ => "it took the request and said nothing",
                };
                let limit = Duration::from_millis(limit.as_nanos().div_ceil(1_000_000) as u64);
                let text = format!("no complete answer within {}: {waiting}", Span::new(limit));
                Err(Failure::new(ErrorClass::Timeout, text))
            }
        }
    }
}
