//! The program that sells: products and customers, and orders that it keeps nothing of.
//!
//! `site` answers, `book` is where orders go: its own memory, over `client` to the store, or into a `database`; `standing`
//! knows whether these would take one. `parcel` and `clerk` answer piece by piece, `live` over a WebSocket.

mod account;
mod book;
mod clerk;
mod client;
mod database;
mod live;
mod parcel;
mod products;
mod site;
mod standing;

pub use client::ApiError;
pub(super) use live::talk;
pub(super) use site::Api;
