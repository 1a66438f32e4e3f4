//! `shakedown recover`: takes back what a dead run left.

use super::Failure;
use super::telling::{print, tell};
use crate::cluster::{Access, Cluster, Journal, Lease, Undone};
use crate::engine::faults::{By, Orphan, Orphans, Refused, Turn, orphans, replay};
use crate::fault::TakenBack;
use crate::report::harmless;
use crate::run::Exit;
use std::path::PathBuf;

/// Where to look.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The context of the kubeconfig; the current one when left out
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// The namespace; that of the context when left out
    #[arg(long, short, value_name = "NAME")]
    namespace: Option<String>,
    /// The kubeconfig; KUBECONFIG, then ~/.kube/config when left out
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Also where a run seems to be at work: its lease is taken from it, which ends its faults
    #[arg(long)]
    force: bool,
}

/// Takes everything back and says what came of it.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "start the runtime", source })?;
    runtime.block_on(recover(args))
}

async fn recover(args: &Args) -> Result<Exit, Failure> {
    let access = Access {
        kubeconfig: args.kubeconfig.clone(),
        context: args.context.clone(),
        namespace: args.namespace.clone(),
    };
    let cluster = Cluster::connect(&access).await?;
    say(&format!(
        "namespace {} of context {} ({})",
        cluster.namespace(),
        cluster.context(),
        cluster.server()
    ));
    cluster.find_namespace().await?;
    if args.dry_run {
        return foresee(&cluster).await;
    }
    let holder = format!("recover-{}", std::process::id());
    let taken =
        if args.force { Turn::by_force(&cluster, holder).await } else { Turn::take(&cluster, holder).await };
    let turn = taken.map_err(Refused::from)?;
    let recovered = all(&cluster).await;
    turn.end().await?;
    let left = recovered?;
    say(if left { "something is left; when its cause is mended, run this again" } else { "nothing is left" });
    Ok(if left { Exit::Dirty } else { Exit::Pass })
}

/// Says what is there.
async fn foresee(cluster: &Cluster) -> Result<Exit, Failure> {
    if let Some(holder) = Lease::holder(cluster).await?.filter(crate::cluster::Holder::lives) {
        say(&format!(
            "{} is at work ({} s ago); it takes its faults back itself",
            holder.name,
            holder.ago.as_secs()
        ));
    }
    let mut found = false;
    for journal in Journal::all(cluster).await? {
        let (run, entries) = (journal.run(), journal.entries().await?);
        if entries.is_empty() {
            say(&format!("run {run}: nothing to take back; would remove its journal"));
        } else {
            say(&format!("run {run}:"));
        }
        for (_, entry) in entries.into_iter().rev() {
            say(&format!("  would {} (fault {})", entry.undo, entry.fault));
        }
        found = true;
    }
    let orphans = orphans(cluster).await?;
    for Orphan { run, entry, .. } in &orphans.ours {
        say(&format!("run {run}, without a journal: would {} (fault {})", entry.undo, entry.fault));
    }
    tell_untouched(cluster, &orphans);
    if !found && orphans.ours.is_empty() {
        say("there is nothing to take back");
    }
    Ok(Exit::Pass)
}

/// Takes back every journal, then what has none. Gives whether anything is left.
async fn all(cluster: &Cluster) -> Result<bool, Failure> {
    let mut left = false;
    for journal in Journal::all(cluster).await? {
        let run = journal.run().clone();
        let (entries, back) = replay(cluster, &journal, By::Hand).await?;
        if back.left.is_empty() {
            journal.end().await?;
        }
        say(&format!("run {run}: {} to take back", entries.len()));
        tell_each(&entries.iter().rev().map(|entry| entry.undo.to_string()).collect::<Vec<_>>(), &back);
        left |= !back.left.is_empty();
    }
    let orphans = orphans(cluster).await?;
    for Orphan { run, entry, .. } in &orphans.ours {
        match cluster.undo(&entry.undo).await {
            Ok(Undone::Overtaken { what }) => {
                say(&format!("run {run}: {}: changed by somebody else, left as it is: {what}", entry.undo));
            }
            Ok(_) => say(&format!("run {run}: {}: done", entry.undo)),
            Err(error) => {
                say(&format!("run {run}: {}: LEFT: {error}", entry.undo));
                left = true;
            }
        }
    }
    tell_untouched(cluster, &orphans);
    Ok(left)
}

/// Each undo and what came of it.
fn tell_each(undos: &[String], back: &TakenBack) {
    for undo in undos {
        let left = back.left.iter().find(|left| left.taken.undo.to_string() == *undo);
        let overtaken = back.overtaken.iter().find(|text| text.starts_with(undo.as_str()));
        match (left, overtaken) {
            (Some(left), _) => say(&format!("  {undo}: LEFT: {}", left.error)),
            (None, Some(text)) => say(&format!("  changed by somebody else, left as it is: {text}")),
            (None, None) => say(&format!("  {undo}: done")),
        }
    }
}

/// What others have to take back, and where nobody could look.
fn tell_untouched(cluster: &Cluster, orphans: &Orphans) {
    let context = cluster.context();
    for Orphan { run, home, entry } in &orphans.of_others {
        let (object, fault) = (entry.undo.target(), &entry.fault);
        say(&format!(
            "run {run} of namespace {home} has changed {object} (fault {fault}): not touched; if it is dead: `shakedown \
             recover --context {context} -n {home}`"
        ));
    }
    if !orphans.unseen.is_empty() {
        say(&format!(
            "this account must not list {}: notes on them could not be looked for",
            orphans.unseen.join(", ")
        ));
    }
}

/// On stdout, or on stderr where that takes nothing: what is taken back must be known, and the rest still be done.
fn say(text: &str) {
    let text = harmless(text);
    if print(format_args!("{text}\n")).is_err() {
        tell(text);
    }
}
