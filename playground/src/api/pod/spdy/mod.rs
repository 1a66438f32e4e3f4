//! A session on SPDY/3.1, as much of it as Kubernetes' clients use: four streams of one connection, opened by the
//! client, which say in their headers what they are for. Flow control is TCP's: the SPDY of these clients, and of
//! real servers, knows no windows.
//!
//! After the draft "SPDY Protocol - Draft 3.1" and the protocol `v4.channel.k8s.io` of k8s.io/apimachinery.

mod connection;
mod dictionary;
mod frame;
mod headers;
mod open;
mod parse;
mod reader;
mod serve;

pub(super) use serve::serve;
