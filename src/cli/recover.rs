//! `shakedown recover`: takes back what a dead run left.

use super::Failure;
use crate::cluster::{Access, Cluster, Journal, Lease, Undone};
use crate::engine::faults::{By, Orphan, Refused, Turn, orphans, replay};
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
        say(&format!("run {}:", journal.run()));
        for (_, entry) in journal.entries().await?.into_iter().rev() {
            say(&format!("  would {} (fault {})", entry.undo, entry.fault));
        }
        found = true;
    }
    let (orphans, unseen) = orphans(cluster).await?;
    for Orphan { run, entry } in &orphans {
        say(&format!("run {run}, without a journal: would {} (fault {})", entry.undo, entry.fault));
    }
    tell_unseen(&unseen);
    if !found && orphans.is_empty() {
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
        tell(&entries.iter().rev().map(|entry| entry.undo.to_string()).collect::<Vec<_>>(), &back);
        left |= !back.left.is_empty();
    }
    let (orphans, unseen) = orphans(cluster).await?;
    for Orphan { run, entry } in orphans {
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
    tell_unseen(&unseen);
    Ok(left)
}

/// Each undo and what came of it.
fn tell(undos: &[String], back: &TakenBack) {
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

fn tell_unseen(kinds: &[&str]) {
    if !kinds.is_empty() {
        say(&format!(
            "this account must not list {}: notes on them could not be looked for",
            kinds.join(", ")
        ));
    }
}

fn say(text: &str) {
    anstream::println!("{}", harmless(text));
}
