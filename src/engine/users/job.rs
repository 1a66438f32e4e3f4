//! How the other process finds the load: it reads the same scenario again, because what was compiled from it cannot be
//! sent. Nothing of it goes over a command line, which everybody on the machine can read.

use super::super::LoadPlan;
use crate::scenario::{Origin, Scenario};
use serde::{Deserialize, Serialize};

/// What the process that drives the users needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Where the scenario was read from.
    pub origin: Origin,
    /// The scenario's hash, as this run knows it.
    pub hash: String,
    /// The seed of values and pauses.
    pub seed: u64,
}

impl Job {
    /// The load of the scenario, or why there is none.
    pub(super) fn plan(&self) -> Result<LoadPlan, String> {
        let again = self.origin.read().map_err(|_| "the scenario can no longer be read".to_owned());
        let scenario: Scenario = again?;
        if scenario.hash != self.hash {
            return Err(
                "the scenario or its data changed since this run began to read it; run it again".into()
            );
        }
        LoadPlan::of(scenario, self.seed).ok_or_else(|| "the scenario has no load".to_owned())
    }
}
