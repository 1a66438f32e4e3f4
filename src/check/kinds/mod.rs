//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod dns;
mod http;
mod tcp;
mod tls;

pub use dns::Dns;
pub use http::Http;
pub use tcp::Tcp;
pub use tls::Tls;
