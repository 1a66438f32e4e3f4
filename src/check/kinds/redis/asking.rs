//! Connects, asks, and says what it means.

use super::state::Info;
use super::{Asked, Role};
use crate::check::{CheckContext, Found};
use crate::database::redis::{Connection, OpenError};
use crate::units::Span;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind};
use std::time::{Duration, Instant};
use tokio::time::{Instant as Until, timeout_at};

/// One attempt: what is left of its time, and how long its parts took.
struct Attempt {
    limit: Duration,
    until: Until,
    phases: Vec<(&'static str, Duration)>,
    /// The command that was sent last.
    last: Vec<String>,
}

impl Asked {
    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let mut attempt = Attempt {
            limit: cx.limit,
            until: Until::now() + cx.limit,
            phases: Vec::new(),
            last: vec!["PING".to_owned()],
        };
        let found = self.steps(cx.seed, &mut attempt).await.unwrap_or_else(|found| {
            let words: Vec<&str> = attempt.last.iter().map(String::as_str).collect();
            found.reproduce(self.cli.command(&words))
        });
        attempt.phases.into_iter().fold(found, |found, (name, took)| found.phase(name, took))
    }

    async fn steps(&self, seed: u64, attempt: &mut Attempt) -> Result<Found, Found> {
        let connection = self.connect(attempt).await?;
        let pong: String = self.asked(attempt, &connection, "ping", &["PING"]).await?;
        if pong != "PONG" {
            return Err(Found::fail(format!("expected PONG, got `{pong}`")).expected("PONG", pong));
        }
        let mut told = vec![pong];
        if let Some(wanted) = &self.role {
            let text: String = self.asked(attempt, &connection, "role", &["INFO", "replication"]).await?;
            let info = Info::read(&text);
            let Some(role) = info.role() else {
                return Err(Found::fail("it does not say what its role is").at(wanted.mark));
            };
            if role != wanted.value {
                let (expected, got) = (wanted.word(), role.word());
                let found = Found::fail(format!("expected a {expected}, got a {got}"));
                return Err(found.expected(expected, got).at(wanted.mark));
            }
            if let Some(broken) = info.broken_link().filter(|_| role == Role::Replica) {
                return Err(Found::fail(broken).at(wanted.mark));
            }
            told.push(role.word().to_owned());
        }
        if let Some(wanted) = &self.persistence {
            let text: String =
                self.asked(attempt, &connection, "persistence", &["INFO", "persistence"]).await?;
            if let Some(wrong) = Info::read(&text).unkept(wanted.value) {
                return Err(Found::fail(format!("the data is not safe: {wrong}")).at(wanted.mark));
            }
            told.push("data is kept".to_owned());
        }
        if let Some(key) = &self.key {
            let value: Option<Vec<u8>> = self
                .asked(attempt, &connection, "key", &["GET", key])
                .await
                .map_err(|found| found.at(key.mark))?;
            let text = value.as_deref().map(String::from_utf8_lossy);
            match &self.value {
                Some(rule) => rule.judge_text(text.as_deref(), seed)?,
                None if text.is_none() => {
                    return Err(Found::fail(format!("the key `{}` is missing", key.value)).at(key.mark));
                }
                None => {}
            }
            told.push(format!("`{}` is as expected", key.value));
        }
        Ok(Found::pass(told.join(", ")))
    }

    async fn connect(&self, attempt: &mut Attempt) -> Result<Connection, Found> {
        let begun = Instant::now();
        let opened = timeout_at(attempt.until, Connection::open(&self.place)).await;
        attempt.phases.push(("connect", begun.elapsed()));
        match opened {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(OpenError::Login { source, .. })) => Err(self.refused("login", &source)),
            Ok(Err(error)) => {
                Err(Found::unreachable(format!("{error}; start the server, or correct the address")))
            }
            Err(_) => {
                let limit = Span::new(attempt.limit);
                let reason = format!(
                    "no connection to {:?} within {limit}; look whether it is overloaded, or cut off",
                    self.place
                );
                Err(Found::unreachable(reason))
            }
        }
    }

    async fn asked<T: FromRedisValue>(
        &self,
        attempt: &mut Attempt,
        connection: &Connection,
        phase: &'static str,
        words: &[&str],
    ) -> Result<T, Found> {
        attempt.last = words.iter().map(|word| (*word).to_owned()).collect();
        let mut command = Cmd::new();
        for word in words {
            command.arg(word);
        }
        let begun = Instant::now();
        let answered = timeout_at(attempt.until, connection.ask(&command)).await;
        attempt.phases.push((phase, begun.elapsed()));
        match answered {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.refused(words[0], &error)),
            Err(_) => {
                let limit = Span::new(attempt.limit);
                Err(Found::fail(format!(
                    "no answer to {} within {limit}; a long command may hold it up: look at SLOWLOG",
                    words[0]
                )))
            }
        }
    }

    /// What an error of the server means.
    fn refused(&self, what: &str, error: &RedisError) -> Found {
        let said = error.to_string();
        let is = |words: &[&str]| error.code().is_some_and(|code| words.contains(&code));
        if error.kind() == ErrorKind::AuthenticationFailed || is(&["NOAUTH", "WRONGPASS"]) {
            let reason =
                format!("the server refuses the login: {said}; correct the user or the password in `url`");
            return Found::fail(reason).at(self.url).for_good();
        }
        if is(&["NOPERM"]) {
            let reason = format!("the user may not use {what}: {said}; allow it with ACL SETUSER");
            return Found::fail(reason).for_good();
        }
        if is(&["WRONGTYPE"]) {
            return Found::fail(format!(
                "{what} failed: the key holds no string, and a check reads only those"
            ));
        }
        if error.kind() == ErrorKind::Server(ServerErrorKind::BusyLoading) {
            return Found::fail(format!("it is loading its data: {said}"));
        }
        if error.is_connection_dropped() || error.is_io_error() {
            return Found::unreachable(format!("{:?} ended the connection: {said}", self.place));
        }
        Found::fail(format!("{what} failed: {said}"))
    }
}
