//! The lease, renewed beside everything else from its first to its last moment.

use crate::cluster::{ClusterError, Lease, Lost};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A lease that is being kept. Dropping it ends the renewal; the lease then runs out.
#[derive(Debug)]
pub(super) struct Keeper {
    lost: watch::Receiver<Option<Lost>>,
    enough: watch::Sender<bool>,
    task: JoinHandle<Lease>,
}

impl Keeper {
    pub(super) fn start(mut lease: Lease) -> Keeper {
        let (tell, lost) = watch::channel(None);
        let (enough, mut told) = watch::channel(false);
        let task = tokio::spawn(async move {
            tokio::select! {
                how = lease.keep() => {
                    tell.send_replace(Some(how));
                }
                // Dropped without a word: nobody is there to give it back.
                _ = told.wait_for(|enough| *enough) => {}
            }
            lease
        });
        Keeper { lost, enough, task }
    }

    /// Tells how the lease was lost, as soon as it is.
    pub(super) fn lost(&self) -> watch::Receiver<Option<Lost>> {
        self.lost.clone()
    }

    /// Ends the renewal and gives the lease back.
    pub(super) async fn release(self) -> Result<(), ClusterError> {
        self.enough.send_replace(true);
        match self.task.await {
            Ok(lease) => lease.release().await,
            // It runs out by itself.
            Err(_) => Ok(()),
        }
    }
}
