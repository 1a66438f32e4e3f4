//! A command that says whether it acted.

use super::{Effect, Prove, Proving};
use crate::cluster::{ClusterError, ObjectRef};
use crate::fault::FaultContext;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// Where a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// On this machine.
    Here,
    /// In a container of each of these Pods; in the only one when none is named.
    Inside {
        /// The Pods.
        pods: Vec<ObjectRef>,
        /// The container.
        container: Option<String>,
    },
}

/// A command succeeds, everywhere it is run.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The program and its arguments; none where the exit code of what was done is the proof.
    pub command: Option<Vec<String>>,
    /// Where.
    pub place: Where,
    /// How long it may take each time.
    pub limit: Duration,
}

impl Prove for Checked {
    fn what(&self) -> String {
        match &self.command {
            Some(command) => format!("`{}` succeeds", command.join(" ")),
            None => "the command ends with 0".to_owned(),
        }
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            if self.command.is_none() {
                // It would not have come so far.
                return Effect::Proven("the command ended with 0".to_owned());
            }
            let deadline = Instant::now() + within;
            loop {
                match self.run(cx).await {
                    Ok(()) => return Effect::Proven(self.what()),
                    Err(_) if Instant::now() + PAUSE < deadline => sleep(PAUSE).await,
                    Err(error) => {
                        return Effect::Unproven(format!(
                            "within {} s no success: {error}",
                            within.as_secs()
                        ));
                    }
                }
            }
        })
    }
}

impl Checked {
    /// Runs it once, everywhere. Errors: it fails, does not end, or cannot be run.
    pub(super) async fn run(&self, cx: &FaultContext) -> Result<(), ClusterError> {
        let Some(command) = &self.command else { return Ok(()) };
        match &self.place {
            Where::Here => cx.cluster.run_command(command, self.limit).await.map(drop),
            Where::Inside { pods, container } => {
                for pod in pods {
                    cx.cluster.exec(pod, container.as_deref(), command, self.limit).await?;
                }
                Ok(())
            }
        }
    }
}
