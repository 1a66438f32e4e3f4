//! A run's hold on its namespace: the lease, the journal and the guard, from before its first fault to after its last.

use super::guard::Wanted;
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
        Some(wanted) => guard::start(&session, &plan.kubernetes.own_pods, &wanted, control).await,
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

/// Looks whether anything speaks against it; changes nothing. Gives the guard where one is needed.
async fn look<'p>(
    plan: &'p FaultsPlan,
    given: Consent,
    say: &mut dyn FnMut(&str),
) -> Result<(Cluster, RunId, Option<Wanted<'p>>), Refused> {
    let cluster = connect(plan).await?;
    let (context, namespace, server) = (cluster.context(), cluster.namespace(), cluster.server());
    say(&format!("faults go to namespace {namespace} of context {context} ({server}), and nowhere else"));
    permitted(&cluster, plan, given).await?;
    // First of all: what a dead run left would look like what people want.
    free(&cluster).await?;
    let run = RunId::new(rand::random());
    let previews = preview(&cluster, plan, &run).await?;
    for preview in &previews {
        let fault = &plan.faults[preview.place].name;
        preview.warnings.iter().for_each(|warning| say(&format!("fault {fault}: warning: {warning}")));
    }
    let deeds = || previews.iter().flat_map(|preview| &preview.plan.deeds);
    let wanted = match &plan.kubernetes.guard {
        GuardPlan::Account(account) => Wanted::of(account, cluster.namespace(), deeds()),
        GuardPlan::Off => {
            if deeds().any(|deed| deed.taken_back_by().is_some()) {
                say(
                    "warning: without a guard nobody takes the faults back when this machine is lost; `shakedown recover` does it by hand",
                );
            }
            None
        }
    };
    if let Some(Wanted { account, .. }) = &wanted {
        guard::find_account(&cluster, account).await?;
    }
    Ok((cluster, run, wanted))
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

/// Nobody is at work in the namespace, and nothing is left of dead runs. Changes nothing, so that it can be otherwise a
/// moment later.
pub async fn free(cluster: &Cluster) -> Result<(), Refused> {
    Lease::is_free(cluster).await?;
    for journal in Journal::all(cluster).await? {
        is_done(cluster, &journal).await?;
    }
    Ok(())
}

/// Nothing is left of dead runs: whoever wrote a journal is dead, as the lease is ours. One without entries stands for
/// nothing and goes.
async fn clean(cluster: &Cluster) -> Result<(), Refused> {
    for journal in Journal::all(cluster).await? {
        is_done(cluster, &journal).await?;
        journal.end().await?;
    }
    Ok(())
}

/// The journal of a dead run has nothing to take back.
async fn is_done(cluster: &Cluster, journal: &Journal) -> Result<(), Refused> {
    if journal.entries().await?.is_empty() {
        return Ok(());
    }
    Err(Refused::Dirty {
        run: journal.run().to_string(),
        context: cluster.context().to_owned(),
        namespace: cluster.namespace().to_owned(),
    })
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
