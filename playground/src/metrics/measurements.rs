//! The place of the latest measurements.

use crate::metrics::PodUsage;
use crate::store::ObjectKey;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The latest measurement of every Pod. Cheap to clone; every clone is the same place.
///
/// Measurements are no objects of the store: there, each would be a new version of the cluster.
#[derive(Debug, Clone, Default)]
pub struct Measurements {
    latest: Arc<RwLock<Arc<BTreeMap<ObjectKey, PodUsage>>>>,
}

impl Measurements {
    /// Takes the place of all measurements before.
    pub fn publish(&self, pods: Vec<PodUsage>) {
        let pods = pods.into_iter().map(|pod| (ObjectKey::new(&pod.namespace, &pod.name), pod)).collect();
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pods);
    }

    /// All of them, as they are now, by namespace and name.
    pub fn all(&self) -> Arc<BTreeMap<ObjectKey, PodUsage>> {
        Arc::clone(&self.latest.read().unwrap_or_else(PoisonError::into_inner))
    }
}
