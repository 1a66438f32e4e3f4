//! A command that says that something is there, and does not any more.

use super::checked::Checked;
use super::{Effect, Prove, Proving};
use crate::cluster::ClusterError;
use crate::fault::FaultContext;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// The check has come to its end and says no. That it was not answered shows nothing.
#[derive(Debug, Clone)]
pub struct Destroyed(pub Checked);

impl Prove for Destroyed {
    fn what(&self) -> String {
        format!("{} no more", self.0.what())
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let deadline = Instant::now() + within;
            loop {
                let seen = match self.0.run(cx).await {
                    Err(ClusterError::Command { command, why }) => {
                        return Effect::Proven(format!("`{command}` says no: {why}"));
                    }
                    Ok(()) => "the check still succeeds".to_owned(),
                    Err(error) => error.to_string(),
                };
                if Instant::now() + PAUSE >= deadline {
                    return Effect::Unproven(format!("within {} s: {seen}", within.as_secs()));
                }
                sleep(PAUSE).await;
            }
        })
    }
}
