//! The program that sells: products and customers, and orders that it keeps nothing of.
//!
//! `site` answers, `book` is where orders go: its own memory, or over `client` to the store, whose readiness `standing`
//! asks for.

mod account;
mod book;
mod client;
mod products;
mod site;
mod standing;

pub use client::ApiError;
pub(super) use site::Api;
