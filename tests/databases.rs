//! Real databases in the playground, as the manifests bring them up and the scenarios break them. Without them on this
//! machine nothing is tested, and it says so.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "databases/postgres.rs"]
mod postgres;
#[path = "databases/redis.rs"]
mod redis;
#[path = "databases/restore.rs"]
mod restore;
#[path = "databases/stage.rs"]
mod stage;
