//! What the API server passes on to the node of a Pod: `pods/log`, and `pods/exec` over a WebSocket.

mod channel;
mod container;
mod exec;
mod handshake;
mod log;
mod outcome;
mod session;

pub(super) use exec::exec;
pub(super) use handshake::{Handshake, session};
pub(super) use log::log;
