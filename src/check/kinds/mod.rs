//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod http;
mod tcp;

pub use http::Http;
pub use tcp::Tcp;
