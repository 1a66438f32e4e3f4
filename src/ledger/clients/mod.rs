//! Who writes the ledger and reads it back: through the service, or into a database directly.
//!
//! A write is sent once and never again. Whatever keeps it from being sent is a failure; whatever comes after, but for
//! an acknowledgement or a refusal, is unknown. A reading is complete or it has failed.

mod census;
mod client;
mod http;
mod kept;
mod postgres;
mod redis;
mod written;

pub use census::Census;
pub use client::{Client, ClientError};
pub use postgres::Postgres;
pub use redis::Redis;
pub use written::Written;
