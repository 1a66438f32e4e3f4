//! Connects, asks, and says what it means.

use super::lag::{self, Row};
use super::{Asked, Role};
use crate::check::{CheckContext, Found};
use crate::database::postgres::{Connection, Dsn, words};
use crate::units::Span;
use std::time::{Duration, Instant};
use tokio::time::{Instant as Until, timeout, timeout_at};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, SimpleQueryMessage};

/// Who a server is.
const WHO: &str = "SELECT pg_is_in_recovery()";

/// How long taking back a statement may take.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// One attempt: what is left of its time, and how long its parts took.
struct Attempt<'a> {
    dsn: &'a Dsn,
    limit: Duration,
    until: Until,
    phases: Vec<(&'static str, Duration)>,
    /// The statement that was sent last.
    last: String,
}

impl Asked {
    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let mut attempt = Attempt {
            dsn: &self.dsn,
            limit: cx.limit,
            until: Until::now() + cx.limit,
            phases: Vec::new(),
            last: self.query.as_ref().map_or("SELECT 1", |query| query.as_str()).to_owned(),
        };
        let found = self.steps(cx.seed, &mut attempt).await.unwrap_or_else(|found| {
            let command = self.psql.command(&attempt.last);
            found.reproduce(command)
        });
        attempt.phases.into_iter().fold(found, |found, (name, took)| found.phase(name, took))
    }

    async fn steps(&self, seed: u64, attempt: &mut Attempt<'_>) -> Result<Found, Found> {
        let connection = self.connect(attempt).await?;
        let mut told = Vec::new();
        if self.role.is_some() || self.max_lag.is_some() {
            let role = self.role(&connection, attempt).await?;
            told.push(role.word().to_owned());
            if let Some(longest) = &self.max_lag {
                let lag = attempt.asked(&connection, "lag", lag::question(role)).await?;
                let seconds = lag::seconds(role, &lag)
                    .map_err(|why| Found::fail(format!("the lag cannot be told: {why}")).at(longest.mark))?;
                if seconds > longest.get().as_secs_f64() {
                    let (wanted, got) =
                        (format!("a lag of at most {}", longest.value), format!("{seconds:.1} s"));
                    let found = Found::fail(format!("expected {wanted}, got {got}"));
                    return Err(found.expected(wanted, got).at(longest.mark));
                }
                told.push(format!("lag {seconds:.1} s"));
            }
        }
        if let Some(query) = &self.query {
            let rows =
                attempt.asked(&connection, "query", query).await.map_err(|found| found.at(query.mark))?;
            if let Some(rule) = &self.rows {
                rule.judge(Some(rows.len().into()), seed)?;
            }
            let field = rows.first().and_then(|row| row.first());
            if let Some(rule) = &self.value {
                match field {
                    Some(None) => rule.judge(Some(serde_json::Value::Null), seed)?,
                    text => rule.judge_text(text.and_then(Option::as_deref), seed)?,
                }
            }
            told.push(if rows.len() == 1 { "1 row".to_owned() } else { format!("{} rows", rows.len()) });
        }
        if told.is_empty() {
            attempt.asked(&connection, "query", "SELECT 1").await?;
            told.push("it answers".to_owned());
        }
        Ok(Found::pass(told.join(", ")))
    }

    async fn connect(&self, attempt: &mut Attempt<'_>) -> Result<Connection, Found> {
        let begun = Instant::now();
        let opened = timeout_at(attempt.until, Connection::open(&self.dsn)).await;
        attempt.phases.push(("connect", begun.elapsed()));
        let place = &self.psql.place;
        match opened {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(self.refused(&error)),
            Err(_) => {
                let limit = Span::new(attempt.limit);
                let reason = format!(
                    "no connection to {place} within {limit}; look whether it is overloaded, or cut off"
                );
                Err(Found::unreachable(reason))
            }
        }
    }

    /// What an error of connecting means.
    fn refused(&self, error: &Error) -> Found {
        let (place, said) = (&self.psql.place, words(error));
        let user = self.dsn.user();
        let Some(code) = error.code() else {
            let found = format!("{place}: {said}; start the database, or correct the address");
            return Found::unreachable(found);
        };
        let (next, for_good) = match *code {
            SqlState::INVALID_PASSWORD => ("correct the user or the password in `url`", true),
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                ("correct the user in `url`, or let it in in pg_hba.conf", true)
            }
            SqlState::INVALID_CATALOG_NAME => ("create the database, or correct its name in `url`", false),
            SqlState::TOO_MANY_CONNECTIONS => ("close connections, or raise max_connections", false),
            SqlState::CANNOT_CONNECT_NOW => ("wait until it has started", false),
            _ => ("look into its log", false),
        };
        let found = Found::fail(format!("the server refuses `{user}`: {said}; {next}")).at(self.url);
        if for_good { found.for_good() } else { found }
    }

    async fn role(&self, connection: &Connection, attempt: &mut Attempt<'_>) -> Result<Role, Found> {
        let rows = attempt.asked(connection, "role", WHO).await?;
        let role = match rows.first().and_then(|row| row.first()?.as_deref()) {
            Some("f") => Role::Primary,
            Some("t") => Role::Standby,
            _ => return Err(Found::fail("it does not say whether it is a primary; is it PostgreSQL?")),
        };
        match &self.role {
            Some(wanted) if wanted.value != role => {
                let (expected, got) = (wanted.word(), role.word());
                Err(Found::fail(format!("expected a {expected}, got a {got}"))
                    .expected(expected, got)
                    .at(wanted.mark))
            }
            _ => Ok(role),
        }
    }
}

impl Attempt<'_> {
    /// Sends one statement in the simple protocol, which poolers pass on as well; its rows, all fields as text.
    async fn asked(
        &mut self,
        connection: &Connection,
        phase: &'static str,
        query: &str,
    ) -> Result<Vec<Row>, Found> {
        query.clone_into(&mut self.last);
        let begun = Instant::now();
        let answered = timeout_at(self.until, connection.client.simple_query(query)).await;
        self.phases.push((phase, begun.elapsed()));
        match answered {
            Ok(Ok(messages)) => Ok(messages.iter().filter_map(row).collect()),
            Ok(Err(error)) if connection.client.is_closed() => Err(Found::fail(format!(
                "the connection ended in the middle of the {phase}: {}",
                words(&error)
            ))),
            Ok(Err(error)) => {
                Err(Found::fail(format!("the {phase} failed: {}; {}", words(&error), next_move(&error))))
            }
            Err(_) => {
                // Whoever waits for this check waits a little longer for its last words.
                let _ = timeout(LAST_WORDS, connection.cancel(self.dsn)).await;
                let limit = Span::new(self.limit);
                Err(Found::fail(format!(
                    "no answer to the {phase} within {limit}; it may wait for a lock, or have no index"
                )))
            }
        }
    }
}

/// What to do about a statement that the server refuses.
fn next_move(error: &Error) -> &'static str {
    match error.code().cloned() {
        Some(SqlState::INSUFFICIENT_PRIVILEGE) => "grant it to the user, or ask as another",
        Some(SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN | SqlState::UNDEFINED_FUNCTION) => {
            "correct the query, or look whether the migrations ran"
        }
        Some(_) => "correct the query",
        None => "look into its log",
    }
}

fn row(message: &SimpleQueryMessage) -> Option<Row> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    Some((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect())
}
