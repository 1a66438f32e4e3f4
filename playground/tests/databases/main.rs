//! Real databases of this machine as Pods, killed and brought back.
#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "part of the tests")]

mod images;
mod postgres;
mod redis;
mod stage;
#[path = "../story/mod.rs"]
mod story;
