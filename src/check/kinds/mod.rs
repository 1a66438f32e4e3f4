//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod http;
mod mcp;
mod postgres;
mod prometheus;
mod redis;

pub use http::Http;
pub use mcp::Mcp;
pub use postgres::Postgres;
pub use prometheus::Prometheus;
pub use redis::Redis;
