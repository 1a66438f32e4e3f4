//! The set check of the ledger: histories with answers worked out by hand, and a simulated store that loses,
//! duplicates, delays and reorders with a known truth; and how a scenario has one.

#[path = "ledger/histories.rs"]
mod histories;
#[path = "ledger/simulated.rs"]
mod simulated;
#[path = "ledger/table.rs"]
mod table;
#[path = "ledger/written.rs"]
mod written;
