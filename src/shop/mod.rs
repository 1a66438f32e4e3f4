//! The demo shop: a small real system inside this binary, to be loaded, broken and measured.
//!
//! Two programs: `api` sells and keeps nothing, any number of them; `store` keeps the orders, one of it, in a durable
//! `log`. They speak HTTP with each other. An api may also keep the orders in its own memory: then it is the whole shop; or
//! in the table of a `PostgreSQL`, by a pool of connections that makes itself anew.
//!
//! `/products` (also `?q=words`), `/products/{id}`, `POST /login`, `/account` are the api's, and so are the streams
//! `/orders/{id}/events` and `POST /v1/chat/completions` and the WebSocket `/live`; `POST /orders`, `/orders`,
//! `/orders/{id}`, `/health`, `/ready`, `/metrics` belong to both. HTTP/1.1 and HTTP/2 on one port, no TLS.
//!
//! `server` accepts and drains, `front` does what each answer needs, `site` chooses the program; `orders` and `index` know
//! nothing of HTTP.

mod api;
mod front;
mod index;
mod log;
mod metrics;
mod orders;
mod ready;
mod refusal;
mod reply;
mod request;
mod route;
mod server;
mod site;
mod store;
#[cfg(test)]
mod story;
#[cfg(test)]
mod story_live;

pub use api::ApiError;
pub use log::{Fsync, LogError, LogFailed};
pub use ready::{NotReady, is_ready};
pub use server::{Door, Shop, ShopError};
pub use store::Found;
