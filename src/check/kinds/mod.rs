//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod dns;
mod grpc_health;
mod http;
mod sse;
mod tcp;
mod tls;
mod websocket;
mod mcp;
mod postgres;
mod prometheus;
mod redis;

pub use dns::Dns;
pub use grpc_health::GrpcHealth;
pub use http::Http;
pub use sse::Sse;
pub use tcp::Tcp;
pub use tls::Tls;
pub use websocket::Websocket;
pub use mcp::Mcp;
pub use postgres::Postgres;
pub use prometheus::Prometheus;
pub use redis::Redis;
