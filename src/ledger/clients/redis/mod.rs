//! Redis: a string for each write, or an entry of one stream.

mod client;

pub use client::Redis;
