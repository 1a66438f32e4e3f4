//! One run at a time: a Lease in the namespace, renewed as long as the run lives. Deleting it from anywhere ends
//! the run's faults.

use super::{Cluster, ClusterError, RUN_LABEL, RunId};
use k8s_openapi::api::coordination::v1::Lease as LeaseObject;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{DeleteParams, PostParams, Preconditions};
use std::time::Duration;

/// The name of the Lease in every namespace.
const NAME: &str = "shakedown";
/// A run that has not renewed it for so long is dead.
pub const TERM: Duration = Duration::from_secs(15);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(5);
/// How often it is tried to take it from somebody who renews it at the same time.
const SEIZURES: u32 = 5;

/// Why the Lease cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another run is at work.
    #[error(
        "run {holder} is at work in namespace {namespace} (it said so {} s ago); wait for its end, or end it by \
         `kubectl -n {namespace} delete lease {NAME}`",
        ago.as_secs()
    )]
    Held {
        /// The run.
        holder: String,
        /// Where.
        namespace: String,
        /// When it last renewed.
        ago: Duration,
    },
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

/// How a Lease was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// Somebody deleted it: the faults are to end.
    Deleted,
    /// Another one holds it: the guard, which believes this run dead, or another run.
    Taken {
        /// Who.
        holder: String,
    },
}

/// The Lease, held.
#[derive(Debug)]
pub struct Lease {
    cluster: Cluster,
    run: RunId,
    object: LeaseObject,
}

/// Who holds the Lease of a namespace, and since when it was not renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The run, or its guard.
    pub name: String,
    /// When it said that it lives, by its own clock.
    pub renewed: jiff::Timestamp,
    /// How long ago that was, by ours.
    pub ago: Duration,
}

impl Holder {
    /// Whether it lives as far as the Lease tells.
    pub fn lives(&self) -> bool {
        self.ago <= TERM
    }

    fn of(lease: &LeaseObject) -> Holder {
        let spec = lease.spec.clone().unwrap_or_default();
        let renewed = spec.renew_time.map_or(jiff::Timestamp::UNIX_EPOCH, |time| time.0);
        let ago = Duration::try_from(jiff::Timestamp::now().duration_since(renewed)).unwrap_or_default();
        Holder { name: spec.holder_identity.unwrap_or_default(), renewed, ago }
    }
}

impl Lease {
    /// Who holds it; `None` when nobody does.
    pub async fn holder(cluster: &Cluster) -> Result<Option<Holder>, ClusterError> {
        let found = cluster.call("read the lease", cluster.api::<LeaseObject>().get_opt(NAME)).await?;
        Ok(found.as_ref().map(Holder::of))
    }

    /// Looks whether it could be taken. Errors: somebody holds it who lives.
    pub async fn is_free(cluster: &Cluster) -> Result<(), LeaseError> {
        match Lease::holder(cluster).await? {
            Some(holder) if holder.lives() => Err(held(cluster, holder)),
            _ => Ok(()),
        }
    }

    /// Takes it for a run, also from a holder that is dead. Errors: somebody holds it who lives.
    pub async fn take(cluster: &Cluster, run: &RunId) -> Result<Lease, LeaseError> {
        Lease::claim(cluster, run, |holder| !holder.lives() || holder.name == run.as_str()).await
    }

    /// Takes it from whoever holds it, who ends its faults when it sees that. Errors: it is renewed faster than it can
    /// be taken.
    pub async fn seize(cluster: &Cluster, run: &RunId) -> Result<Lease, LeaseError> {
        let mut tries = 1;
        loop {
            match Lease::claim(cluster, run, |_| true).await {
                Err(LeaseError::Held { .. }) if tries < SEIZURES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn claim(
        cluster: &Cluster,
        run: &RunId,
        yields: impl FnOnce(&Holder) -> bool,
    ) -> Result<Lease, LeaseError> {
        let (leases, params) = (cluster.api::<LeaseObject>(), PostParams::default());
        let wanted = stamped(LeaseObject::default(), run);
        let made = cluster.call("take the lease", leases.create(&params, &wanted)).await;
        let object = match made {
            Err(error) if error.code() == Some(409) => {
                let present = cluster.call("read the lease", leases.get(NAME)).await?;
                let holder = Holder::of(&present);
                if !yields(&holder) {
                    return Err(held(cluster, holder));
                }
                let ours = stamped(present, run);
                match cluster.call("take the lease", leases.replace(NAME, &params, &ours)).await {
                    // Somebody was faster.
                    Err(error) if error.code() == Some(409) => return Err(held(cluster, holder)),
                    taken => taken?,
                }
            }
            made => made?,
        };
        Ok(Lease { cluster: cluster.clone(), run: run.clone(), object })
    }

    /// Renews it for as long as it is let; returns when it is lost. While the server does not answer it goes on
    /// trying: whether the Lease is lost is for the server to say.
    pub async fn keep(&mut self) -> Lost {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Some(lost) = self.renew().await {
                return lost;
            }
        }
    }

    async fn renew(&mut self) -> Option<Lost> {
        let (leases, params) = (self.cluster.api::<LeaseObject>(), PostParams::default());
        let ours = stamped(self.object.clone(), &self.run);
        match self.cluster.call("renew the lease", leases.replace(NAME, &params, &ours)).await {
            Ok(object) => self.object = object,
            Err(error) if error.code() == Some(404) => return Some(Lost::Deleted),
            Err(error) if error.code() == Some(409) => {
                match self.cluster.call("read the lease", leases.get_opt(NAME)).await {
                    Ok(None) => return Some(Lost::Deleted),
                    Ok(Some(present)) => {
                        let holder = Holder::of(&present).name;
                        if holder != self.run.as_str() || present.metadata.uid != self.object.metadata.uid {
                            return Some(Lost::Taken { holder });
                        }
                        // Ours, with something else changed on it: a label, say.
                        self.object = present;
                    }
                    Err(_) => {}
                }
            }
            Err(_) => {}
        }
        None
    }

    /// Gives it back. One that is lost already is nothing to give back.
    pub async fn release(self) -> Result<(), ClusterError> {
        let uid = self.object.metadata.uid.clone();
        let preconditions = Some(Preconditions { uid, resource_version: None });
        let params = DeleteParams { preconditions, ..DeleteParams::default() };
        let leases = self.cluster.api::<LeaseObject>();
        match self.cluster.call("give the lease back", leases.delete(NAME, &params)).await {
            Err(error) if !matches!(error.code(), Some(404 | 409)) => Err(error),
            _ => Ok(()),
        }
    }
}

fn held(cluster: &Cluster, holder: Holder) -> LeaseError {
    LeaseError::Held { holder: holder.name, namespace: cluster.namespace().to_owned(), ago: holder.ago }
}

/// The Lease as the run's, renewed now.
fn stamped(mut lease: LeaseObject, run: &RunId) -> LeaseObject {
    let now = MicroTime(jiff::Timestamp::now());
    lease.metadata.name = Some(NAME.to_owned());
    lease.metadata.labels.get_or_insert_default().insert(RUN_LABEL.to_owned(), run.as_str().to_owned());
    let spec = lease.spec.get_or_insert_default();
    if spec.holder_identity.as_deref() != Some(run.as_str()) {
        spec.acquire_time = Some(now.clone());
    }
    spec.holder_identity = Some(run.as_str().to_owned());
    spec.lease_duration_seconds = i32::try_from(TERM.as_secs()).ok();
    spec.renew_time = Some(now);
    lease
}
