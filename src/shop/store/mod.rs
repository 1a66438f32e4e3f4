//! The program that keeps: one durable log of orders, and an index of it in memory.
//!
//! `keeper` holds log and index together, `site` answers.

mod keeper;
mod site;

pub use keeper::Found;
pub(super) use keeper::{Keeper, KeeperError};
