//! A run's hold on its namespace: the lease, the journal and the guard, from before its first fault to after its last.

use super::keeper::Keeper;
use super::preflight::permitted;
use super::{FaultsPlan, Refused, connect, guard, preview};
use crate::cluster::{Cluster, Consent, Journal, Lease, Open, RunId};
use crate::engine::Control;
use crate::scenario::GuardPlan;

/// A run's hold on its namespace.
#[derive(Debug)]
pub struct Session {
    pub(super) cluster: Cluster,
    pub(super) run: RunId,
    pub(super) journal: Journal,
    pub(super) keeper: Keeper,
}

/// Looks whether the faults may be injected, and takes hold of the namespace. `say` is told what people should know.
///
/// # Errors
/// Anything speaks against it, or somebody asks to stop; then nothing was changed and nothing is held.
pub async fn prepare(
    plan: &FaultsPlan,
    given: Consent,
    control: &Control,
    say: &mut dyn FnMut(&str),
) -> Result<Session, Refused> {
    let looked = control.unless_stopped(look(plan, given, say)).await;
    let (cluster, run, guard) = looked.unwrap_or(Err(Refused::Interrupted))?;
    // Never cut short: a request that is under way could still take the lease, for nobody.
    let session = hold(&cluster, run).await?;
    let guarded = match guard {
        Some(account) => guard::start(&session, &plan.kubernetes.own_pods, account, control).await,
        None => Ok(()),
    };
    match guarded {
        Ok(()) if !control.stops() => Ok(session),
        refused => {
            // What was made goes with the journal.
            session.end().await.iter().for_each(|trouble| say(trouble));
            Err(refused.err().unwrap_or(Refused::Interrupted))
        }
    }
}

/// Looks whether anything speaks against it; changes nothing. Gives the account of the guard where one is needed.
async fn look<'p>(
    plan: &'p FaultsPlan,
    given: Consent,
    say: &mut dyn FnMut(&str),
) -> Result<(Cluster, RunId, Option<&'p String>), Refused> {
    let cluster = connect(plan).await?;
    let (context, namespace, server) = (cluster.context(), cluster.namespace(), cluster.server());
    say(&format!("faults go to namespace {namespace} of context {context} ({server}), and nowhere else"));
    permitted(&cluster, plan, given).await?;
    let run = RunId::new(rand::random());
    let previews = preview(&cluster, plan, &run).await?;
    for preview in &previews {
        let fault = &plan.faults[preview.place].name;
        preview.warnings.iter().for_each(|warning| say(&format!("fault {fault}: warning: {warning}")));
    }
    let lasting =
        previews.iter().flat_map(|preview| &preview.plan.deeds).any(|deed| deed.taken_back_by().is_some());
    let account = match &plan.kubernetes.guard {
        GuardPlan::Account(account) if lasting => {
            guard::find_account(&cluster, account).await?;
            Some(account)
        }
        GuardPlan::Off if lasting => {
            say(
                "warning: without a guard nobody takes the faults back when this machine is lost; `shakedown recover` does it by hand",
            );
            None
        }
        // There is nothing to take back.
        GuardPlan::Account(_) | GuardPlan::Off => None,
    };
    Ok((cluster, run, account))
}

/// Takes the lease and begins the journal.
async fn hold(cluster: &Cluster, run: RunId) -> Result<Session, Refused> {
    let lease = Lease::take(cluster, &run).await?;
    let begun = match clean(cluster).await {
        Ok(()) => Journal::begin(cluster, &run).await.map_err(Refused::from),
        Err(refused) => Err(refused),
    };
    match begun {
        Ok(journal) => Ok(Session { cluster: cluster.clone(), run, journal, keeper: Keeper::start(lease) }),
        Err(refused) => {
            // It would run out by itself.
            let _ = lease.release().await;
            Err(refused)
        }
    }
}

/// Nothing is left of dead runs: whoever wrote a journal is dead, as the lease is ours. One without entries stands for
/// nothing and goes.
async fn clean(cluster: &Cluster) -> Result<(), Refused> {
    for journal in Journal::all(cluster).await? {
        if !journal.entries().await?.is_empty() {
            return Err(Refused::Dirty {
                run: journal.run().to_string(),
                context: cluster.context().to_owned(),
                namespace: cluster.namespace().to_owned(),
            });
        }
        journal.end().await?;
    }
    Ok(())
}

impl Session {
    /// The run, as the cluster knows it.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// What was done and is not taken back yet, at any moment.
    pub fn open(&self) -> Open {
        self.journal.open()
    }

    /// Gives the namespace back. A journal of what could not be taken back stays, for `recover`. Gives what went wrong.
    pub async fn end(self) -> Vec<String> {
        let mut troubles = Vec::new();
        if self.journal.open().entries().is_empty() {
            troubles.extend(self.journal.end().await.err());
        }
        troubles.extend(self.keeper.release().await.err());
        let (context, namespace) = (self.cluster.context(), self.cluster.namespace());
        let next = format!("`shakedown recover --context {context} -n {namespace}` cleans up");
        troubles.into_iter().map(|error| format!("{error}; {next}")).collect()
    }
}
