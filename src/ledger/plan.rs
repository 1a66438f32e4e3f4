//! A ledger that was checked: what its writer and its reader need.

use super::{Ids, RedisStructure, content};
use crate::database::place;
use crate::journey::{Step, Value};
use crate::units::Rate;
use std::fmt;
use std::time::Duration;

/// The most writes of one run: so many are kept in memory when the run is judged.
pub const MOST_WRITES: u64 = 10_000_000;

/// A checked ledger.
#[derive(Debug)]
pub struct Ledger {
    /// Where its writes go.
    pub kind: LedgerKind,
    /// Writes a second, at planned instants from the start of the load to its end.
    pub rate: Rate,
    /// How long one write or one read may take; over HTTP a step's own timeout counts instead.
    pub timeout: Duration,
    /// How many writes may be in flight; one beyond it is dropped.
    pub max_in_flight: u32,
    /// How long reading everything back may take, until two readings agree.
    pub settle: Duration,
}

/// Where the writes of a ledger go.
#[derive(Debug)]
pub enum LedgerKind {
    /// Through the service.
    Http(Box<HttpLedger>),
    /// Into a table of a PostgreSQL database.
    Postgres(PostgresLedger),
    /// Into Redis.
    Redis(RedisLedger),
}

/// A ledger through the service. Its steps see `ledger.id`, `ledger.seq` and `ledger.content`.
#[derive(Debug)]
pub struct HttpLedger {
    /// Writes one entry; the expected answer is its acknowledgement.
    pub write: Step,
    /// Reads one entry; the expected answer says that it is there as it was written.
    pub read: Step,
}

/// A ledger in PostgreSQL.
#[derive(Clone)]
pub struct PostgresLedger {
    /// `postgres://user:password@host:port/database`, as written; it may hold a password.
    pub url: String,
    /// The table, of our own; a plain name, or `schema.name`, that needs no quotes.
    pub table: String,
}

/// A ledger in Redis.
#[derive(Clone)]
pub struct RedisLedger {
    /// `redis://user:password@host:port/number`, as written; it may hold a password.
    pub url: String,
    /// What keys begin with (strings), or the key itself (a stream).
    pub key: String,
    /// What the writes are.
    pub structure: RedisStructure,
}

impl Ledger {
    /// How many writes come due in so long.
    pub fn writes(&self, length: Duration) -> u64 {
        (self.rate.as_per_second() * length.as_secs_f64()).ceil() as u64
    }
}

impl LedgerKind {
    /// The kind's name, as in the scenario and in the history.
    pub const fn name(&self) -> &'static str {
        match self {
            LedgerKind::Http(_) => "http",
            LedgerKind::Postgres(_) => "postgres",
            LedgerKind::Redis(_) => "redis",
        }
    }
}

/// Where the writes go, in a few words and without a password; values from outside still have to be masked.
impl fmt::Display for LedgerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerKind::Http(http) => {
                write!(f, "{}, read back by {}", http.write.endpoint, http.read.endpoint)
            }
            LedgerKind::Postgres(postgres) => {
                write!(f, "PostgreSQL at {}, table {}", place(&postgres.url), postgres.table)
            }
            LedgerKind::Redis(redis) => {
                let what = match redis.structure {
                    RedisStructure::Strings => "strings",
                    RedisStructure::Stream => "stream",
                };
                write!(f, "Redis at {}, {what} {}", place(&redis.url), redis.key)
            }
        }
    }
}

impl HttpLedger {
    /// The columns that the steps are compiled with.
    pub(super) const COLUMNS: [&'static str; 3] = ["ledger.id", "ledger.seq", "ledger.content"];

    /// The data row of a write, for the values of its steps.
    pub fn row(ids: &Ids, seq: u64) -> [Value; 3] {
        let id = ids.id(seq);
        let content = content(&id);
        [Value::text(id), Value::Json(seq.to_string().into()), Value::text(content)]
    }
}

impl fmt::Debug for PostgresLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresLedger({}, {})", place(&self.url), self.table)
    }
}

impl fmt::Debug for RedisLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisLedger({}, {}, {:?})", place(&self.url), self.key, self.structure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_shows_no_password() {
        let redis = RedisLedger {
            url: "redis://:secret@h".into(),
            key: "k".into(),
            structure: RedisStructure::Stream,
        };
        assert!(!format!("{redis:?}").contains("secret"));
        assert_eq!(LedgerKind::Redis(redis).to_string(), "Redis at h, stream k");
    }
}
