//! Orders in `PostgreSQL`.
//!
//! `pool` keeps connections and makes them again, `orders` has the statements and sends them again, and `trouble` knows
//! which failures pass.

mod orders;
mod pool;
mod trouble;

pub(super) use orders::Database;
