//! What the API server passes on to the node of a Pod: `pods/log`, and `pods/exec` over a WebSocket or
//! SPDY.

mod container;
mod exec;
mod handshake;
mod log;
mod outcome;
mod session;
mod spdy;
mod transport;
mod websocket;

pub(super) use exec::exec;
pub(super) use handshake::{Handshake, session};
pub(super) use log::log;
