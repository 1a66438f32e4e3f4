//! Whoever writes and reads back, of whatever kind.

use super::http::Http;
use super::postgres::Postgres;
use super::redis::Redis;
use super::{Census, Written};
use crate::database::postgres::DsnError;
use crate::database::redis::UrlError;
use crate::ledger::{Ids, LedgerKind};
use crate::transport::Target;
use std::time::Duration;

/// A client of the ledger. Its kinds differ in nothing that the engine could see.
#[derive(Debug)]
pub struct Client {
    ids: Ids,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Http(Box<Http>),
    Postgres(Box<Postgres>),
    Redis(Box<Redis>),
}

/// Why there can be no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connection string of PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] DsnError),
    /// The URL of Redis.
    #[error(transparent)]
    Redis(#[from] UrlError),
}

impl Client {
    /// A client that writes under these ids; what it does takes at most `timeout` each time.
    ///
    /// # Errors
    /// The place cannot be understood.
    pub fn new(
        kind: LedgerKind,
        target: &Target,
        ids: &Ids,
        timeout: Duration,
        seed: u64,
    ) -> Result<Client, ClientError> {
        let kind = match kind {
            LedgerKind::Http(http) => Kind::Http(Box::new(Http::new(*http, target.clone(), ids, seed))),
            LedgerKind::Postgres(postgres) => {
                Kind::Postgres(Box::new(Postgres::new(&postgres, ids, timeout)?))
            }
            LedgerKind::Redis(redis) => Kind::Redis(Box::new(Redis::new(&redis, ids, timeout)?)),
        };
        Ok(Client { ids: ids.clone(), kind })
    }

    /// Makes sure that writes can be taken, and makes what they need.
    ///
    /// # Errors
    /// Why not, in words; then nothing can be written.
    pub async fn prepare(&self) -> Result<(), String> {
        match &self.kind {
            // The run has looked before whether the target can be reached.
            Kind::Http(_) => Ok(()),
            Kind::Postgres(postgres) => postgres.prepare().await,
            Kind::Redis(redis) => redis.prepare().await,
        }
    }

    /// Writes one entry, once, within the timeout; never again, whatever comes of it.
    pub async fn write(&self, seq: u64) -> Written {
        match &self.kind {
            Kind::Http(http) => http.write(seq).await,
            Kind::Postgres(postgres) => postgres.write(seq).await,
            Kind::Redis(redis) => redis.write(seq).await,
        }
    }

    /// Reads all of the first `planned` writes, from whoever would take a write now.
    ///
    /// # Errors
    /// Not everything could be read; why, in words.
    pub async fn read(&self, planned: u64) -> Result<Census, String> {
        let mut census = Census::new(&self.ids, planned);
        match &self.kind {
            Kind::Http(http) => http.read(&mut census).await,
            Kind::Postgres(postgres) => postgres.read(&mut census).await,
            Kind::Redis(redis) => redis.read(&mut census).await,
        }?;
        Ok(census)
    }

    /// Deletes what was written, where there is a way; what was written through the service stays.
    ///
    /// # Errors
    /// Something may be left; why, in words.
    pub async fn clean(&self, planned: u64) -> Result<(), String> {
        match &self.kind {
            Kind::Http(_) => Ok(()),
            Kind::Postgres(postgres) => postgres.clean().await,
            Kind::Redis(redis) => redis.clean(planned).await,
        }
    }
}
