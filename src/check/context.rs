//! What a check may use.

use crate::cluster::{Access, Cluster};
use crate::transport::Client;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// What a check may use.
#[derive(Debug, Clone)]
pub struct CheckContext {
    /// Sends requests to the target.
    pub client: Client,
    /// The run's seed, for values of the run.
    pub seed: u64,
    /// The cluster that the scenario names.
    pub cluster: CheckCluster,
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
