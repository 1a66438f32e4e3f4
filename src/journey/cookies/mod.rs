//! Cookies, by RFC 6265 and what browsers have made of it since (6265bis): which the target may set, and where they go.

mod jar;
#[cfg(test)]
mod jar_tests;
mod kept;

pub use jar::Cookies;
