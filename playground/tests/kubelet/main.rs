//! What clients get from the nodes through the API server: logs, and commands in containers.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod exec;
mod kubectl;
mod logs;
mod protocols;
mod refusals;
mod spdy;
mod stage;
#[path = "../story/mod.rs"]
mod story;
