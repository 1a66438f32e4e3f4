//! The ledger against real servers: what it says is lost is what a direct query misses, one by one.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod account;
mod http;
mod postgres;
mod redis;
mod shop;
