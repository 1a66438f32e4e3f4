//! The ledger: writes whose acknowledgements are remembered and read back, so that nobody has to believe in data.
//!
//! `spec` and `write` are the written form, `plan` is the compiled one, `compile` and `request` lead from one to the
//! other; `ids` names writes so that a reading can tell them apart from everything else, `check` says what is lost, and
//! `clients` write and read.

mod check;
pub mod clients;
mod compile;
mod ids;
mod plan;
mod request;
mod spec;
mod write;

pub use check::{Book, Counts, Fate};
pub use ids::{Ids, content};
pub use plan::{HttpLedger, Ledger, LedgerKind, MOST_WRITES, PostgresLedger, RedisLedger};
pub use spec::{LedgerSpec, RedisStructure};
pub use write::WriteSpec;
