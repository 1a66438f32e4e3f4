//! What a check may use.

use super::Found;
use crate::cluster::{Access, Cluster};
use crate::transport::{Client, Target};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// What a check may use.
#[derive(Debug, Clone)]
pub struct CheckContext {
    /// Where HTTP goes when a check does not say; none where the scenario has no `target.http`.
    pub target: Option<Target>,
    /// Sends requests to the target.
    pub client: Option<Client>,
    /// How long this attempt may take. It is ended then; what has to be done in time can go by it.
    pub limit: Duration,
    /// The run's seed, for values of the run.
    pub seed: u64,
    /// The cluster that the scenario names.
    pub cluster: CheckCluster,
}

impl CheckContext {
    /// The target of HTTP.
    ///
    /// # Errors
    /// The finding of a check that needs one in a scenario that names none.
    pub fn target(&self) -> Result<&Target, Found> {
        self.target.as_ref().ok_or_else(nowhere)
    }

    /// The client that sends requests to the target.
    ///
    /// # Errors
    /// The finding of a check that needs one in a scenario that names no target.
    pub fn client(&self) -> Result<&Client, Found> {
        self.client.as_ref().ok_or_else(nowhere)
    }
}

fn nowhere() -> Found {
    Found::fail("the scenario says nowhere where requests go; add `target: { http: … }`").for_good()
}

/// The cluster that the scenario names, reached when the first check asks for it.
#[derive(Debug, Clone, Default)]
pub struct CheckCluster {
    access: Option<Access>,
    reached: Arc<OnceCell<Result<Cluster, String>>>,
}

impl CheckCluster {
    /// The cluster that is found so; none where the scenario names none.
    pub fn new(access: Option<Access>) -> CheckCluster {
        CheckCluster { access, reached: Arc::default() }
    }

    /// The cluster.
    ///
    /// # Errors
    /// Why it cannot be asked, in words.
    pub async fn reach(&self) -> Result<&Cluster, String> {
        let Some(access) = &self.access else {
            return Err("the scenario names no cluster; add `target: { kubernetes: … }`".to_owned());
        };
        let reached = self
            .reached
            .get_or_init(async || Cluster::connect(access).await.map_err(|error| error.to_string()));
        reached.await.as_ref().map_err(Clone::clone)
    }
}
