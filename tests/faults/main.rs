//! Faults on a cluster: each kind hits whom it should, is felt by real requests, is proven, is taken back and leaves
//! nothing; and each works with exactly the rights that it asks for. Against the playground, or against the cluster of
//! the kubeconfig in `SHAKEDOWN_E2E_KUBECONFIG` (see `tests/e2e/main.rs`).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "account.rs"]
mod account;
#[path = "lab.rs"]
mod lab;
#[path = "relay.rs"]
mod relay;
#[path = "../e2e/stage/mod.rs"]
#[allow(dead_code, unused_imports, reason = "it is the stage of other stories too")]
mod stage;
#[path = "stories/mod.rs"]
mod stories;
