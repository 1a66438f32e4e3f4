//! Writes rows and reads them back.

use super::ended::ended;
use super::statements::Statements;
use crate::database::postgres::{Connection, Dsn, DsnError, words};
use crate::event::WriteOutcome;
use crate::ledger::clients::kept::Kept;
use crate::ledger::clients::{Census, Written};
use crate::ledger::{Ids, PostgresLedger, content};
use futures_util::TryStreamExt;
use std::fmt;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};

/// Connections of the writer: enough for a commit that takes long, as writes of one connection go one after the other.
const CONNECTIONS: u64 = 4;

/// Writes to PostgreSQL and reads back.
pub struct Postgres {
    dsn: Dsn,
    ids: Ids,
    statements: Statements,
    timeout: Duration,
    kept: [Kept<Connection>; CONNECTIONS as usize],
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres({:?})", self.dsn)
    }
}

impl Postgres {
    /// A client of this database; each write takes at most `timeout`.
    pub fn new(ledger: &PostgresLedger, ids: &Ids, timeout: Duration) -> Result<Postgres, DsnError> {
        // So that those who wait for a connection that never comes about are told in time.
        let dsn = Dsn::parse(&ledger.url, timeout / 2)?;
        let statements = Statements::of(&ledger.table);
        Ok(Postgres { dsn, ids: ids.clone(), statements, timeout, kept: Default::default() })
    }

    /// Whether this URL can be used.
    pub fn check(url: &str) -> Result<(), DsnError> {
        Dsn::parse(url, Duration::ZERO).map(drop)
    }

    /// Connects and makes the table, unless it is there.
    pub(in crate::ledger::clients) async fn prepare(&self) -> Result<(), String> {
        let connection = self.primary().await?;
        let exists = self.within(connection.client.query_typed(&self.statements.exists, &[])).await?;
        // Looked up first: not everybody who may write to a table may make one.
        if exists.first().and_then(|row| row.try_get(0).ok()) == Some(true) {
            return Ok(());
        }
        self.within(connection.client.batch_execute(&self.statements.create)).await
    }

    /// Inserts one row, each in a transaction of its own, and never twice.
    pub(in crate::ledger::clients) async fn write(&self, seq: u64) -> Written {
        let until = Instant::now() + self.timeout;
        let kept = &self.kept[(seq % CONNECTIONS) as usize];
        let connection = match timeout_at(until, kept.get(self.open())).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(why)) => return Written::failed(why),
            Err(_) => return Written::failed(format!("no connection within {:?}", self.timeout)),
        };
        let id = self.ids.id(seq);
        let content = content(&id);
        let number = seq.cast_signed();
        let row: [(&(dyn ToSql + Sync), Type); 3] =
            [(&id, Type::TEXT), (&number, Type::INT8), (&content, Type::TEXT)];
        let mut read_only = false;
        let written =
            match timeout_at(until, connection.client.execute_typed(&self.statements.insert, &row)).await {
                Ok(Ok(1)) => return Written::acknowledged(),
                Ok(Ok(rows)) => Written::unknown(format!("{rows} rows were inserted instead of one")),
                Ok(Err(error)) => {
                    // A primary that became a standby: its name may stand for another one now.
                    read_only = error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION);
                    ended(&error)
                }
                Err(_) => Written::unknown(format!("no answer within {:?}", self.timeout)),
            };
        // After a timeout the next answers on it would be late too.
        if written.outcome == WriteOutcome::Unknown || read_only || connection.client.is_closed() {
            kept.retire(&connection).await;
        }
        written
    }

    /// Reads every row of this run over a new connection.
    pub(in crate::ledger::clients) async fn read(&self, census: &mut Census) -> Result<(), String> {
        let connection = self.primary().await?;
        let own = format!("{}-", self.ids.prefix());
        let rows = self
            .within(connection.client.query_typed_raw(&self.statements.select, [(&own, Type::TEXT)]))
            .await?;
        let mut rows = pin!(rows);
        while let Some(row) = self.within(rows.try_next()).await? {
            let id: Option<&str> = row.try_get(0).map_err(|error| words(&error))?;
            let payload: Option<&str> = row.try_get(1).map_err(|error| words(&error))?;
            census.entry(id.unwrap_or_default(), payload.unwrap_or_default().as_bytes());
        }
        Ok(())
    }

    /// Deletes the rows of this run. The table stays: another run may be writing to it.
    pub(in crate::ledger::clients) async fn clean(&self) -> Result<(), String> {
        let connection = self.primary().await?;
        let own = format!("{}-", self.ids.prefix());
        self.within(connection.client.execute_typed(&self.statements.delete, &[(&own, Type::TEXT)]))
            .await
            .map(drop)
    }

    async fn open(&self) -> Result<Connection, String> {
        // The library's limit holds for each address of each host, and not for TLS and the password.
        match timeout(self.timeout / 2, Connection::open(&self.dsn)).await {
            Ok(opened) => opened.map_err(|error| words(&error)),
            Err(_) => Err(format!("no connection within {:?}", self.timeout / 2)),
        }
    }

    /// A new connection, as a writer would get one now; a standby will not do.
    async fn primary(&self) -> Result<Connection, String> {
        let connection = self.open().await?;
        let rows = self.within(connection.client.query_typed("SELECT pg_is_in_recovery()", &[])).await?;
        match rows.first().and_then(|row| row.try_get(0).ok()) {
            Some(false) => Ok(connection),
            _ => Err("the server is a standby, which may lag behind its primary".to_owned()),
        }
    }

    /// A step of reading, which may take as long as a write.
    async fn within<T>(
        &self,
        step: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, String> {
        match timeout(self.timeout, step).await {
            Ok(done) => done.map_err(|error| words(&error)),
            Err(_) => Err(format!("no answer within {:?}", self.timeout)),
        }
    }
}
