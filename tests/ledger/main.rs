//! The ledger against real servers: what it says is lost is what a direct query misses, one by one.

mod account;
mod http;
mod postgres;
mod redis;
mod server;
mod shop;
