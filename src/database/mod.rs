//! Connections to databases, for whoever asks them something: URLs, TLS by the same rustls as everything else, and what
//! went wrong in words. Each connection is owned by whoever opened it; there is no pool and no reconnecting.

pub mod postgres;
pub mod redis;
mod url;

pub use url::{password, place, right_url};
