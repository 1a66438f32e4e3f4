//! What a worker hands over once a second.

use super::audit::Account;
use crate::sample::{EndpointId, ErrorClass};
use crate::stats::Delta;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a worker hands over once a second, and once at its end.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Batch {
    /// The second up to which the deltas are complete, late answers aside.
    pub(super) second: u64,
    /// What was recorded since the last batch.
    pub(super) deltas: Vec<Delta>,
    /// First failures of their class.
    pub(super) examples: Vec<Example>,
    /// Arrivals in flight now.
    pub(super) in_flight: u64,
    /// Connections open now.
    pub(super) connections: u64,
    /// How long its thread ran and waited for a core since its start.
    pub(super) account: Option<Account>,
    /// What went wrong with the worker itself.
    pub(super) trouble: Vec<String>,
    /// Processor time since the last batch of a worker that is a process of its own; zero for a thread of this one.
    pub(super) cpu: Duration,
}

/// The first failure of its class at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Example {
    pub(super) endpoint: EndpointId,
    pub(super) class: ErrorClass,
    pub(super) text: String,
}
