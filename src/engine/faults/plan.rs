//! The faults of a run, ready to go.

use crate::cluster::{Cluster, RunId};
use crate::fault::{Fault, FaultContext};
use crate::scenario::{KubernetesPlan, Scenario};

/// The faults of a run and the cluster that they touch.
#[derive(Debug, Clone)]
pub struct FaultsPlan {
    /// The cluster.
    pub kubernetes: KubernetesPlan,
    /// The faults, in the order of the scenario.
    pub faults: Vec<Fault>,
    /// The seed of everything random.
    pub seed: u64,
}

impl FaultsPlan {
    /// The faults of a scenario in a run of this seed; none where it has none.
    pub fn of(scenario: &Scenario, seed: u64) -> Option<FaultsPlan> {
        let kubernetes = scenario.kubernetes.clone().filter(|_| !scenario.faults.is_empty())?;
        Some(FaultsPlan { kubernetes, faults: scenario.faults.clone(), seed })
    }

    /// What the fault at this place may use for its injection of this number. Each draws anew; the same run draws the
    /// same.
    pub(super) fn context(
        &self,
        cluster: &Cluster,
        run: &RunId,
        place: usize,
        injection: u32,
    ) -> FaultContext {
        let fault = &self.faults[place];
        FaultContext {
            cluster: cluster.clone(),
            run: run.clone(),
            fault: fault.name.clone(),
            helpers: self.kubernetes.own_pods.clone(),
            seed: self.seed.wrapping_add((place as u64) << 32).wrapping_add(u64::from(injection)),
            lasts: fault.lasts,
        }
    }
}
