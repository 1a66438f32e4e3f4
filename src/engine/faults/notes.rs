//! Notes at the victims, for whoever looks at them with kubectl: best effort, and never in the way of the run.

use crate::fault::{FaultContext, Plan};
use futures_util::future::join_all;

/// So many victims get a note; the others are of the same kind.
const MOST: usize = 20;

/// Leaves a note at each victim: what was done, and which run did it.
pub(super) async fn leave(cx: &FaultContext, kind: &str, plan: &Plan) {
    let note = format!("shakedown run {}: {kind} injected (fault {})", cx.run, cx.fault);
    let reason: String = kind.split('_').map(capital).collect();
    let notes = plan.victims.iter().take(MOST);
    let notes = notes.map(|victim| cx.cluster.notice(&cx.run, &victim.object, &reason, &note));
    // A note that cannot be left changes nothing.
    let _ = join_all(notes).await;
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
