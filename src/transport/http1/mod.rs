//! HTTP/1.1 by hand: the hot path. One request at a time on one connection, driven by the task that uses it.
//!
//! `wire` writes a request, `head` reads the head of an answer and what follows from it, `body` counts the body down,
//! `connection` moves the bytes. What is worth knowing about an answer is exactly what the load needs, so nothing is
//! allocated but what is kept.

mod body;
mod connection;
mod head;
mod pieces;
mod wire;

pub(super) use connection::Http1;
pub(super) use pieces::Left;
pub(super) use wire::written;
