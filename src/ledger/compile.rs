//! From the written form of a ledger to a checked one: its kind, then what all kinds share.

use super::clients::{Postgres, Redis};
use super::plan::{Ledger, LedgerKind, PostgresLedger, RedisLedger};
use super::{LedgerSpec, request};
use crate::database::{password, right_url};
use crate::journey::CompileContext;
use crate::source::{Located, Mark, Problem, Secrets};
use crate::units::{Rate, Span};
use std::fmt::Display;
use std::time::Duration;

/// Writes a second where the scenario does not say.
const RATE: f64 = 20.0;
/// A slower ledger has too few writes around a fault to say anything.
const SLOWEST: f64 = 1.0;
/// How long a write or a read may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long reading back may take.
const SETTLE: Duration = Duration::from_secs(30);
/// Writes in flight.
const MAX_IN_FLIGHT: u32 = 1_000;
/// The table, the stream, and what keys begin with.
const OWN: &str = "shakedown_ledger";
/// The longest name that PostgreSQL keeps.
const LONGEST_NAME: usize = 63;

impl LedgerSpec {
    /// The ledger that is meant; all that is wrong with it goes to `problems`. The context's timeout is not used.
    pub fn compile(
        spec: &Located<LedgerSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Ledger> {
        let before = problems.len();
        let timeout =
            length(spec.timeout.as_ref(), TIMEOUT, "no write and no read could end in no time", problems);
        let settle = length(spec.settle.as_ref(), SETTLE, "nothing can be read back in no time", problems);
        if let Some(none) = spec.max_in_flight.as_ref().filter(|most| most.value == 0) {
            problems.push(
                Problem::at(none.mark, "with no write in flight there is no ledger").help("write at least 1"),
            );
        }
        let rate = spec.rate(problems);
        let cx = CompileContext { timeout: Span::new(timeout), ..*cx };
        let kind = spec.kind(spec.mark, &cx, problems);
        Some(Ledger {
            kind: kind.filter(|_| problems.len() == before)?,
            rate,
            timeout,
            max_in_flight: spec.max_in_flight.as_ref().map_or(MAX_IN_FLIGHT, |most| most.value),
            settle,
        })
    }

    /// Remembers the password of a URL that came from outside: messages may show it without the rest of the URL.
    pub fn hide(&self, secrets: &mut Secrets) {
        for url in [&self.postgres, &self.redis].into_iter().flatten() {
            let shown = secrets.redact(url);
            if let Some(password) = password(url).filter(|_| shown != url.value) {
                secrets.add("ledger password", password);
                let plain = percent_encoding::percent_decode_str(password).decode_utf8_lossy();
                secrets.add("ledger password", &plain);
            }
        }
    }

    fn rate(&self, problems: &mut Vec<Problem>) -> Rate {
        let within = self.write.as_ref().and_then(|write| write.rate.as_ref());
        if let (Some(_), Some(twice)) = (&self.rate, within) {
            problems.push(Problem::at(twice.mark, "the ledger has two rates").help("keep one of them"));
        }
        let Some(rate) = within.or(self.rate.as_ref()) else { return Rate::per_second(RATE) };
        if rate.as_per_second() < SLOWEST {
            let message = "so few writes say nothing about what a fault costs";
            problems.push(Problem::at(rate.mark, message).help("write at least 1/s; 20/s is usual"));
        }
        rate.value
    }

    fn kind(&self, mark: Mark, cx: &CompileContext<'_>, problems: &mut Vec<Problem>) -> Option<LedgerKind> {
        let http = self.write.as_ref().map(|write| write.mark).or(self.read.as_ref().map(|read| read.mark));
        let [postgres, redis] = [&self.postgres, &self.redis].map(|url| url.as_ref().map(|url| url.mark));
        let given: Vec<Mark> = [http, postgres, redis].into_iter().flatten().collect();
        if let [_, second, ..] = given.as_slice() {
            problems.push(
                Problem::at(*second, "a ledger goes to one place").help("keep one of write, postgres, redis"),
            );
            return None;
        }
        let strays = [
            (self.table.as_ref().map(|table| table.mark), self.postgres.is_some(), "table", "postgres"),
            (self.structure.as_ref().map(|one| one.mark), self.redis.is_some(), "structure", "redis"),
            (self.key.as_ref().map(|key| key.mark), self.redis.is_some(), "key", "redis"),
        ];
        for (mark, _, key, kind) in strays.into_iter().filter(|(_, fits, _, _)| !fits) {
            let stray = |mark| {
                Problem::at(mark, format!("`{key}` has a meaning with `{kind}` only")).help("remove it")
            };
            problems.extend(mark.map(stray));
        }
        if let Some(url) = &self.postgres {
            return Some(LedgerKind::Postgres(self.postgres(url, problems)));
        }
        if let Some(url) = &self.redis {
            return Some(LedgerKind::Redis(self.redis(url, problems)));
        }
        let help = "add `write: { post: /orders, json: { id: \"{{ ledger.id }}\" } }` and `read: { get: … }`, \
                    or `postgres`, or `redis`";
        match (&self.write, &self.read) {
            (Some(write), Some(read)) => {
                request::compile(write, read, cx, problems).map(|http| LedgerKind::Http(Box::new(http)))
            }
            (None, None) => {
                problems.push(Problem::at(mark, "the ledger says nowhere where its writes go").help(help));
                None
            }
            (Some(half), None) => {
                problems.push(
                    Problem::at(half.mark, "a ledger that is never read says nothing")
                        .help("add `read: { get: \"/orders/{{ ledger.id }}\" }`"),
                );
                None
            }
            (None, Some(half)) => {
                problems.push(
                    Problem::at(half.mark, "there is nothing to read where nothing is written")
                        .help("add `write: …`"),
                );
                None
            }
        }
    }

    fn postgres(&self, url: &Located<String>, problems: &mut Vec<Problem>) -> PostgresLedger {
        let wrong =
            right_url(url, &["postgres", "postgresql"], "postgres://user:password@host:5432/database");
        problems.extend(wrong.or_else(|| unusable(url, Postgres::check(url))));
        let table = self.table.as_ref();
        if let Some(wrong) = table.filter(|table| !is_table(table)) {
            problems.push(
                Problem::at(
                    wrong.mark,
                    format!("`{}` is not a table's name that needs no quotes", wrong.value),
                )
                .help("use small letters, digits and `_`, with a schema if needed: `drills.ledger`"),
            );
        }
        let table = table.map_or_else(|| OWN.to_owned(), |table| table.value.clone());
        PostgresLedger { url: url.value.clone(), table }
    }

    fn redis(&self, url: &Located<String>, problems: &mut Vec<Problem>) -> RedisLedger {
        let wrong = right_url(url, &["redis", "rediss"], "redis://host:6379/0");
        problems.extend(wrong.or_else(|| unusable(url, Redis::check(url))));
        if let Some(empty) = self.key.as_ref().filter(|key| key.is_empty()) {
            problems.push(Problem::at(empty.mark, "the key is empty").help("write for example `key: drill`"));
        }
        let key = self.key.as_ref().map_or_else(|| OWN.to_owned(), |key| key.value.clone());
        let structure = self.structure.as_ref().map(|one| one.value).unwrap_or_default();
        RedisLedger { url: url.value.clone(), key, structure }
    }
}

fn length(
    given: Option<&Located<Span>>,
    usual: Duration,
    zero: &str,
    problems: &mut Vec<Problem>,
) -> Duration {
    match given {
        None => usual,
        Some(none) if none.get().is_zero() => {
            let help = format!("write for example {}", Span::new(usual));
            problems.push(Problem::at(none.mark, zero).help(help));
            usual
        }
        Some(length) => length.get(),
    }
}

/// What the client says against a URL; it repeats no password.
fn unusable(url: &Located<String>, checked: Result<(), impl Display>) -> Option<Problem> {
    checked.err().map(|error| Problem::at(url.mark, error.to_string()))
}

/// Whether a name can be used in SQL as it is.
fn is_table(name: &str) -> bool {
    let is_name = |name: &str| {
        name.len() <= LONGEST_NAME
            && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    match name.split_once('.') {
        Some((schema, table)) => is_name(schema) && is_name(table),
        None => is_name(name),
    }
}
