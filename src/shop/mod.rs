//! The demo shop: a small real HTTP service inside this binary, to be loaded, broken and measured.
//!
//! `GET /products` (also `?q=words`), `GET /products/{id}`, `POST /orders`, `GET /orders`, `GET /orders/{id}`,
//! `POST /login`, `/account`, `/health`, `/health/live`, `/health/ready`, `/metrics`. HTTP/1.1 and HTTP/2 on one port, no
//! TLS.
//!
//! `server` accepts, `http` answers, `products` and `orders` know nothing of HTTP: `orders` hands out only owned,
//! serialisable values, so that it can move into a process of its own.

mod account;
mod http;
mod metrics;
mod orders;
mod products;
mod refusal;
mod reply;
mod route;
mod server;
mod state;
#[cfg(test)]
mod story;

pub use server::{Shop, ShopError};
