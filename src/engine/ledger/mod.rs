//! The ledger beside the load, on a thread of its own: whatever load and faults do to the others, its writes keep
//! their time. What it tells goes through the dispatcher like everything else.
//!
//! ```text
//! Bookkeeper ── thread `ledger`: writer, from the start of the load to the last undo
//!                                reader, until two readings agree; then the entries are deleted, if all are there
//! ```

mod account;
mod bookkeeper;
mod plan;
mod reader;
mod teller;
mod writer;

pub(super) use bookkeeper::Bookkeeper;
pub use plan::LedgerRun;
