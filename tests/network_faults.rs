//! Faults on the network of Services and Pods, and commands: what real requests feel of them, their proof, and that
//! nothing is left.
//!
//! On the playground, or on the cluster of `SHAKEDOWN_E2E_KUBECONFIG`, whose cluster IPs must be reachable from here;
//! `tests/e2e/main.rs` tells what it needs.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "network/bench.rs"]
mod bench;
#[path = "network/databases.rs"]
mod databases;
#[path = "network/pods.rs"]
mod pods;
#[path = "network/services.rs"]
mod services;
#[path = "e2e/stage/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the stories of tests/e2e, which use more of it")]
mod stage;
