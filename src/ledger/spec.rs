//! The ledger as it is written.

use super::WriteSpec;
use crate::journey::StepSpec;
use crate::source::Located;
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Writes whose acknowledgements are remembered and read back. Exactly one of `write` with `read`, `postgres` and
/// `redis`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Ledger")]
pub struct LedgerSpec {
    /// Through the service: the request that writes an entry under `{{ ledger.id }}`. What is not expected of its
    /// answer is no acknowledgement.
    pub write: Option<Located<WriteSpec>>,
    /// Through the service: the request that reads the entry of `{{ ledger.id }}` back.
    pub read: Option<Located<StepSpec>>,
    /// Into PostgreSQL: `postgres://user:password@host:5432/database`; write it as `"${env:NAME}"`.
    pub postgres: Option<Located<String>>,
    /// The table in PostgreSQL, made when it is not there; `shakedown_ledger` when left out.
    pub table: Option<Located<String>>,
    /// Into Redis: `redis://user:password@host:6379/0`.
    pub redis: Option<Located<String>>,
    /// What the writes are in Redis: strings when left out, or entries of a stream.
    pub structure: Option<Located<RedisStructure>>,
    /// The stream's key in Redis, or what the keys of strings begin with; `shakedown_ledger` when left out.
    pub key: Option<Located<String>>,
    /// Writes a second, as long as the load lasts; 20/s when left out.
    pub rate: Option<Located<Rate>>,
    /// How long one write or one read may take; 5s when left out. A write that takes longer is unknown.
    pub timeout: Option<Located<Span>>,
    /// How many writes may be in flight; one beyond it is dropped and counted. 1000 when left out.
    pub max_in_flight: Option<Located<u32>>,
    /// How long reading back may take, until two readings agree; 30s when left out.
    pub settle: Option<Located<Span>>,
}

/// What the writes of a ledger are in Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedisStructure {
    /// A key for each.
    #[default]
    Strings,
    /// An entry of one stream for each.
    Stream,
}
