//! Runs with faults as somebody at a command line meets them, against the playground with the demo shop. However a run
//! ends, the cluster is as it was before.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "fault_runs/crashed.rs"]
mod crashed;
#[path = "fault_runs/interrupted.rs"]
mod interrupted;
#[path = "fault_runs/inventory.rs"]
mod inventory;
#[path = "fault_runs/killed.rs"]
mod killed;
#[path = "fault_runs/lost.rs"]
mod lost;
#[path = "fault_runs/nodes.rs"]
mod nodes;
#[path = "fault_runs/overlapping.rs"]
mod overlapping;
#[path = "fault_runs/panicked.rs"]
mod panicked;
#[path = "fault_runs/refused.rs"]
mod refused;
#[path = "fault_runs/relay.rs"]
mod relay;
#[path = "fault_runs/stage.rs"]
mod stage;
#[path = "fault_runs/whole.rs"]
mod whole;
