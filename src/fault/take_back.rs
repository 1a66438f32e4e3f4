//! Taking back what was done, in the reverse order, until the server has taken it.

use super::{FaultContext, Taken};
use crate::cluster::{ClusterError, Journal, Undone};
use std::time::Duration;
use tokio::time::Instant;

/// Between two tries of one that failed: the server may be away for a while.
const PAUSE: Duration = Duration::from_secs(1);

/// What could not be taken back.
#[derive(Debug)]
pub struct Left {
    /// What was done.
    pub taken: Taken,
    /// Why it stays.
    pub error: ClusterError,
}

/// How the way back went.
#[derive(Debug, Default)]
pub struct TakenBack {
    /// What somebody else has changed meanwhile, in words; it was left alone.
    pub overtaken: Vec<String>,
    /// What could not be taken back.
    pub left: Vec<Left>,
}

/// Takes everything back, the last done first, and strikes it out in the journal. What fails is tried again for
/// `patience` in all.
pub async fn take_back(
    cx: &FaultContext,
    journal: &Journal,
    taken: Vec<Taken>,
    patience: Duration,
) -> TakenBack {
    let deadline = Instant::now() + patience;
    let mut back = TakenBack::default();
    for one in taken.into_iter().rev() {
        match persistently(deadline, async || cx.cluster.undo(&one.undo).await).await {
            Ok(undone) => {
                if let Undone::Overtaken { what } = undone {
                    back.overtaken.push(format!("{}: {what}", one.undo));
                }
                // An entry that stays is carried out once more by whoever reads it, and finds nothing to do.
                let _ = persistently(deadline, async || journal.strike(one.number).await).await;
            }
            Err(error) => back.left.push(Left { taken: one, error }),
        }
    }
    back
}

/// Tries until it works, or the time is over.
async fn persistently<T>(
    deadline: Instant,
    mut attempt: impl AsyncFnMut() -> Result<T, ClusterError>,
) -> Result<T, ClusterError> {
    loop {
        match attempt().await {
            Err(error) if Instant::now() + PAUSE < deadline && error.may_pass() => {
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}
