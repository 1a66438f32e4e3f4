//! Images that stand for servers of this machine: `postgres` and `redis`, started as their official images would be,
//! by the same variables, arguments, folders and signals. So one manifest serves here and on a cluster.
//!
//! - **Versions.** A name without a version (`postgres`, `postgres:latest`, `postgres:alpine`) takes the newest
//!   server that is installed. A tag with a version (`postgres:16`, `redis:7.4-alpine`) needs a server of that
//!   *major* version: a test against another one would show little about the one that is named. Otherwise the Pod
//!   waits with `ErrImagePull`, which says what is there and what to install.
//! - **Addresses.** A server listens on the Pod's address alone, however it was started and whatever it was given.
//! - **Inside.** The programs of the image are on `PATH`, also those that manifests call by name
//!   (`docker-entrypoint.sh`, `gosu`); `psql`, `pg_isready` and `redis-cli` find the server of their own Pod without
//!   being told its address. Loopback is shared by all Pods, so `127.0.0.1` and `localhost` lead nowhere.
//! - **Data.** What is not on a volume is gone when the container starts again.

mod name;
mod postgres;
mod programs;
mod redis;
mod script;

pub use postgres::Postgres;
pub use redis::Redis;
