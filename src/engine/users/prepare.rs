//! All that can fail before the first request.

use super::super::drive::reach;
use super::super::{LoadPlan, calls};
use super::job::Job;
use crate::scenario::KeepAlive;
use crate::transport::{Clients, Names};
use std::sync::Arc;

/// What is known before the start.
pub(super) struct Prepared {
    /// The load.
    pub(super) plan: LoadPlan,
    /// The target's addresses.
    pub(super) names: Arc<Names>,
    /// What makes the users' clients.
    pub(super) clients: Clients,
}

/// Reads the load and looks its target up; whether clients can be made is known after it.
pub(super) async fn prepare(job: &Job) -> Result<Prepared, String> {
    let plan = job.plan()?;
    let addresses = if calls::are_typed(&plan) {
        // Who started this process has seen that somebody is there; another connection would be one too many.
        plan.target.resolve().await.map_err(|failure| failure.text)?
    } else {
        let (addresses, connection) = reach(&plan.target).await.map_err(|failure| failure.text)?;
        // It has found every mistake already, too, at its place.
        if let Some(problem) = calls::bind(&plan, connection).await?.first() {
            return Err(problem.message.clone());
        }
        addresses
    };
    let names = Arc::new(Names::new(addresses));
    let idle = match plan.connections.keep_alive {
        KeepAlive::Yes => 1,
        KeepAlive::No => 0,
    };
    let clients = Clients::new(&plan.target, names.clone(), idle).map_err(|failure| failure.text)?;
    clients.one().map_err(|failure| failure.text)?;
    Ok(Prepared { plan, names, clients })
}
