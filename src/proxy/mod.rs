//! A TCP proxy that spoils connections: the `network` fault. It runs as a pod between a Service and its twin, with no
//! privilege at all.
//!
//! ```text
//! clients ──► door ──► connection ── pump up ────► upstream      door: the listening port, open or refusing
//!                        │    └───── pump down ◄──    │          pump: one way; what it read waits in a line
//!                      switch: is the fault on? ──────┘          switch: all connections turn at the same instant
//! ```
//!
//! What is broken is fixed at the start, and there is no port to control it: nobody in the cluster can turn it.
//! `faults` says what can be broken, `schedule` when; `chance` chooses connections; `line` and `bucket` hold the
//! arithmetic of delay and bandwidth and know no sockets.

mod bucket;
mod chance;
mod connection;
mod counts;
mod door;
#[cfg(test)]
mod door_tests;
mod error;
mod faults;
mod line;
mod probe;
mod pump;
mod schedule;
mod server;
mod upstream;

pub use counts::Counts;
pub use error::ProxyError;
pub use faults::{Direction, Faults, Latency, Outage, Reset, Share};
pub use schedule::Schedule;
pub use server::{Proxy, Setup};
pub use upstream::Upstream;
