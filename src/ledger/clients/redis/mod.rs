//! Redis: a string for each write, or an entry of one stream.

mod client;
mod connection;
mod url;

pub use client::Redis;
pub use url::UrlError;
