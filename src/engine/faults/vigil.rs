//! What the guard does: it watches the lease of its run, and takes the faults back when the run is dead.

use super::GUARD_HOLDER;
use super::replay::{By, Turn, replay};
use crate::cluster::{Cluster, ClusterError, Holder, Journal, Lease, LeaseError, Right, RunId, TERM};
use crate::fault::TakenBack;
use std::time::Duration;
use tokio::time::Instant;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(2);

/// How a vigil ended.
#[derive(Debug)]
pub enum Vigil {
    /// The run has ended its journal itself, or somebody else has.
    NotNeeded,
    /// The run was dead; this came of taking its faults back.
    Replayed(TakenBack),
}

/// Watches until the journal of the run is gone, or the run is dead and its faults are taken back. `say` is told what
/// happens. The server may be away meanwhile.
pub async fn keep_vigil(cluster: &Cluster, run: &RunId, say: &mut dyn FnMut(String)) -> Vigil {
    let mut sign = Sign { last: None, since: Instant::now(), told: false };
    loop {
        match look(cluster, run, &mut sign, say).await {
            Ok(Some(ended)) => return ended,
            Ok(None) => {}
            Err(error) => say(error.to_string()),
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn look(
    cluster: &Cluster,
    run: &RunId,
    sign: &mut Sign,
    say: &mut dyn FnMut(String),
) -> Result<Option<Vigil>, ClusterError> {
    let Some(journal) = Journal::all(cluster).await?.into_iter().find(|journal| journal.run() == run) else {
        return Ok(Some(Vigil::NotNeeded));
    };
    if !sign.told {
        let lacks = lacks(cluster, &journal).await?;
        for right in &lacks {
            say(format!("this account must not {right}"));
        }
        journal.say_guarded(&lacks).await?;
        sign.told = true;
    }
    if !sign.is_dead(Lease::holder(cluster).await?) {
        return Ok(None);
    }
    say(format!("run {run} has not renewed its lease for {} s: its faults are taken back", TERM.as_secs()));
    let turn = match Turn::take(cluster, format!("{GUARD_HOLDER}{run}")).await {
        Ok(turn) => turn,
        // Somebody was faster: the run that came back, or a person with `recover`.
        Err(LeaseError::Held { .. }) => return Ok(None),
        Err(LeaseError::Cluster(error)) => return Err(error),
    };
    let replayed = replay(cluster, &journal, By::Guard).await;
    turn.end().await?;
    let (_, back) = replayed?;
    if back.left.is_empty() {
        // Last of all: this Pod goes with it, and would leave a lease behind.
        journal.end().await?;
    }
    Ok(Some(Vigil::Replayed(back)))
}

/// What taking everything back needs and our account does not have. The run cannot ask that for another account.
async fn lacks(cluster: &Cluster, journal: &Journal) -> Result<Vec<Right>, ClusterError> {
    let mut lacks = Vec::new();
    for right in journal.asked_of_guard().await? {
        if !cluster.may(&right).await? {
            lacks.push(right);
        }
    }
    Ok(lacks)
}

/// The last sign of life, by our own clock: that of the run's machine may go differently.
struct Sign {
    last: Option<Holder>,
    since: Instant,
    /// Whether the run knows that it is watched.
    told: bool,
}

impl Sign {
    /// Whether there was no new sign for the lease's term.
    fn is_dead(&mut self, now: Option<Holder>) -> bool {
        let same = |one: &Option<Holder>| one.as_ref().map(|holder| (holder.name.clone(), holder.renewed));
        if same(&self.last) != same(&now) {
            (self.last, self.since) = (now, Instant::now());
        }
        self.since.elapsed() > TERM
    }
}
