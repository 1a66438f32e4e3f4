//! PostgreSQL: one row for each write, in a table of our own.

mod client;
mod ended;
mod statements;

pub use client::Postgres;
