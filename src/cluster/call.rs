//! One request to the API server: bounded in time, and its failure sorted.

use super::{Cluster, ClusterError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::Future;
use std::time::Duration;

/// No request takes longer. kube itself would wait for an answer for ever.
const LIMIT: Duration = Duration::from_secs(15);

impl Cluster {
    /// An object from its JSON, made to do `doing`.
    pub fn typed<K: DeserializeOwned>(&self, doing: &str, value: Value) -> Result<K, ClusterError> {
        serde_json::from_value(value).map_err(|error| ClusterError::Strange {
            doing: doing.to_owned(),
            server: self.server().to_owned(),
            why: error.to_string(),
        })
    }

    /// Awaits a request that was made to do `doing`, which is said when it fails: "read the Deployment api".
    pub async fn call<T>(
        &self,
        doing: &str,
        request: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, ClusterError> {
        self.credentials().renew();
        match tokio::time::timeout(LIMIT, request).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(ClusterError::from_kube(doing, self.server(), error).masked(self)),
            Err(_) => Err(ClusterError::Silent {
                doing: doing.to_owned(),
                server: self.server().to_owned(),
                limit: LIMIT,
            }),
        }
    }
}
