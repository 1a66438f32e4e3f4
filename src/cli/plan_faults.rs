//! What `plan` says of faults: when they come, and, asked of the cluster, whom they would hit.

use crate::cluster::{Cluster, Consent, LeaseError, RunId};
use crate::engine::faults::{FaultsPlan, Preview, Refused, connect, free, needs, preview};
use crate::fault::Fault;
use crate::scenario::GuardPlan;
use crate::units::Span;
use std::fmt::Write as _;

/// The faults in the order of the scenario, as it has them.
pub(super) fn of_scenario(plan: &FaultsPlan) -> String {
    let cluster = &plan.kubernetes;
    let guard = match &cluster.guard {
        GuardPlan::Account(account) => format!("guard under the account {account}"),
        GuardPlan::Off => "no guard".to_owned(),
    };
    let lines = plan.faults.iter().map(|fault| format!("  {}\n", line(fault)));
    format!(
        "faults in namespace {} of context {} ({guard})\n{}",
        cluster.namespace,
        cluster.context,
        lines.collect::<String>()
    )
}

fn line(fault: &Fault) -> String {
    let at = Span::new(fault.at);
    let lasts = fault.lasts.map(|lasts| format!(", for {}", Span::new(lasts)));
    let every = fault.every.map(|every| format!(", every {}", Span::new(every)));
    format!(
        "{} ({}) at {at}{}{}",
        fault.name,
        fault.kind.name(),
        lasts.unwrap_or_default(),
        every.unwrap_or_default()
    )
}

/// What the cluster says of them now; changes nothing.
pub(super) async fn of_cluster(plan: &FaultsPlan) -> Result<String, Refused> {
    let cluster = connect(plan).await?;
    let mut text = format!("as the cluster is now ({})\n", cluster.server());
    if let Some(objection) = cluster.consent().await?.objection(cluster.namespace(), Consent::OfNamespace) {
        let _ = writeln!(text, "  refused as it is: {objection}");
    }
    let busy = busy(&cluster).await;
    if let Some(why) = &busy {
        let _ = writeln!(text, "  refused as it is: {why}");
    }
    let previews = match (preview(&cluster, plan, &RunId::new(0)).await, busy) {
        // What does not fit is what the other run has changed.
        (Err(_), Some(why)) => return Err(why),
        (previews, _) => previews?,
    };
    for one in previews {
        text += &of_preview(&plan.faults[one.place], &one);
    }
    text += &access(&cluster, plan).await?;
    Ok(text)
}

/// The run that is at work in the namespace, or was and has left it changed, as far as this account may see.
async fn busy(cluster: &Cluster) -> Option<Refused> {
    let refused = free(cluster).await.err()?;
    matches!(refused, Refused::Dirty { .. } | Refused::Lease(LeaseError::Held { .. })).then_some(refused)
}

fn of_preview(fault: &Fault, preview: &Preview) -> String {
    let mut text = format!("  {}\n", fault.name);
    let mut say = |word: &str, what: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {word:<8}{what}");
    };
    for victim in &preview.plan.victims {
        say("hits", format!("{} {}", victim.object, victim.detail).trim_end());
    }
    for deed in &preview.plan.deeds {
        say("does", &deed.to_string());
    }
    let mut undos = preview.plan.deeds.iter().rev().filter_map(crate::fault::Deed::taken_back_by).peekable();
    if undos.peek().is_none() {
        say("undo", "none: there is nothing to take back");
    }
    undos.for_each(|undo| say("undo", &undo));
    say("proof", &preview.plan.proof.what());
    preview.warnings.iter().for_each(|warning| say("warning", warning));
    text
}

/// The rights that are needed, and whether this account has them.
async fn access(cluster: &Cluster, plan: &FaultsPlan) -> Result<String, Refused> {
    let mut text = "  needs\n".to_owned();
    for right in needs(plan) {
        let word = if cluster.may(&right).await? { "" } else { "   MISSING" };
        let _ = writeln!(text, "    {right}{word}");
    }
    Ok(text)
}
