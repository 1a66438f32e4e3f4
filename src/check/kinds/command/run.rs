//! Runs the command, here or in a container; gives how it ended, and the command by hand.

use super::Inside;
use crate::check::kubernetes::{Kubectl, list, name_of, reach, refused, unanswered, unready};
use crate::check::{CheckContext, Found};
use crate::cluster::{ClusterError, CommandEnd, LocalError, ObjectRef, is_ready, run_here};
use crate::units::Span;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// On this machine. Dropped in the middle, it is killed with all that it started.
pub(super) async fn here(words: &[String], limit: Duration) -> Result<(CommandEnd, String), Found> {
    let by_hand = quoted(words);
    let Some((program, args)) = words.split_first() else {
        return Err(Found::fail("no program is named").for_good());
    };
    let ended = match run_here((program, args), &[], limit).await {
        Ok(ended) => ended,
        Err(LocalError::Start(error)) => {
            let why = format!("{program} cannot be started: {error}; is it installed, and on the PATH?");
            return Err(Found::fail(why).for_good().reproduce(by_hand));
        }
        Err(LocalError::Late { .. }) => return Err(late(limit, by_hand)),
    };
    let Some(code) = ended.status.code() else {
        let found = Found::fail(format!("{program} was ended: {}", ended.status));
        return Err(found.reproduce(by_hand));
    };
    Ok((CommandEnd { code, out: ended.out, err: ended.err }, by_hand))
}

/// In the first ready Pod by its name.
pub(super) async fn in_container(
    cx: &CheckContext,
    inside: &Inside,
    words: &[String],
) -> Result<(CommandEnd, String), Found> {
    let until = Instant::now() + cx.limit;
    let cluster = reach(cx).await?;
    let selector = &inside.pods.value;
    let params = ListParams::default().labels(selector);
    let pods: Vec<Pod> = match timeout_at(until, list(cluster, &params)).await {
        Ok(pods) => pods?,
        Err(_) => return Err(unanswered(cx).await),
    };
    let mut ready: Vec<&Pod> = pods.iter().filter(|pod| is_ready(pod)).collect();
    ready.sort_by_key(|pod| name_of(pod));
    let kubectl = Kubectl::of(cluster);
    let Some(pod) = ready.first() else {
        return Err(Found::fail(format!("no Pod with {selector} is ready, so nothing can be run in one"))
            .at(inside.pods.mark)
            .expected("a ready Pod", format!("{} Pods, none ready", pods.len()))
            .reproduce(kubectl.with(&format!("get pods -l {selector}")))
            .evidence(unready(&pods)));
    };
    let container = inside.container.as_ref().map(|container| container.value.as_str());
    let flag = container.map(|name| format!(" -c {name}")).unwrap_or_default();
    let by_hand = kubectl.with(&format!("exec {}{flag} -- {}", name_of(pod), quoted(words)));
    // Finding the Pod took its part of the time.
    let left = until.saturating_duration_since(Instant::now());
    match cluster.exec_to_end(&ObjectRef::of(*pod), container, words, left).await {
        Ok(end) => Ok((end, by_hand)),
        Err(ClusterError::Unended { .. }) => Err(late(cx.limit, by_hand)),
        Err(error) => Err(refused(&error).reproduce(by_hand)),
    }
}

fn late(limit: Duration, by_hand: String) -> Found {
    let limit = Span::new(limit);
    let next = "look what it waits for, or give the check a longer `timeout`";
    Found::fail(format!("it did not end within {limit}; {next}")).reproduce(by_hand)
}

/// As it would be typed.
fn quoted(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    let one = |word: &String| {
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}
