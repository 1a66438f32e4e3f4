//! PostgreSQL: one row for each write, in a table of our own.

mod client;
mod connection;
mod dsn;
mod statements;
mod tls;
mod words;

pub use client::Postgres;
pub use dsn::DsnError;
