//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod http;

pub use http::Http;
