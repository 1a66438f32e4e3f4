//! The set check of the ledger: histories with answers worked out by hand, and a simulated store that loses,
//! duplicates, delays and reorders with a known truth; and how a scenario has one.
#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "lost_writes/histories.rs"]
mod histories;
#[path = "lost_writes/simulated.rs"]
mod simulated;
#[path = "lost_writes/table.rs"]
mod table;
#[path = "lost_writes/written.rs"]
mod written;
