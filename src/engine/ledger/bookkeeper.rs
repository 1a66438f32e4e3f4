//! The thread of the ledger, and what the dispatcher sees of it.

use super::plan::LedgerRun;
use super::teller::Teller;
use super::{reader, writer};
use crate::clock::Clock;
use crate::event::{Event, EventKind};
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, watch};

/// How far the ledger may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// Writes come due.
    Write,
    /// No further writes; those in flight get their time.
    Stop,
    /// Nothing is in flight and every fault is taken back: read.
    Read,
}

/// The ledger while a run goes on. Dropping it ends the ledger where it stands.
pub(in crate::engine) struct Bookkeeper {
    told: mpsc::UnboundedReceiver<Event>,
    until: watch::Sender<Until>,
    thread: Option<JoinHandle<io::Result<()>>>,
    clock: Clock,
}

impl Bookkeeper {
    /// Starts writing at the start of the clock. `asked` is Ctrl-C, which bounds reading back.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(in crate::engine) fn start(
        plan: Arc<LedgerRun>,
        clock: Clock,
        asked: watch::Receiver<bool>,
    ) -> io::Result<Bookkeeper> {
        let (to, told) = mpsc::unbounded_channel();
        let teller = Teller { clock, to };
        let (until, mut allowed) = watch::channel(Until::Write);
        let thread = thread::Builder::new().name("ledger".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(keep(&plan, &mut allowed, &asked, &teller));
            // A name that still resolves holds nobody up.
            runtime.shutdown_background();
            Ok(())
        })?;
        Ok(Bookkeeper { told, until, thread: Some(thread), clock })
    }

    /// What comes next; `None` when everything is read back and told. Dropping the wait loses nothing.
    pub(in crate::engine) async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.told.recv().await {
            return Some(event);
        }
        let text = self.end()?;
        Some(Event { at: self.clock.now(), kind: EventKind::Trouble { text } })
    }

    /// What went wrong with the thread, which is over or about to be.
    fn end(&mut self) -> Option<String> {
        match self.thread.take()?.join() {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("the ledger could not run: {error}")),
            Err(_) => Some("the ledger's own thread panicked; part of its account is missing".to_owned()),
        }
    }

    /// No further writes.
    pub(in crate::engine) fn stop(&self) {
        self.until.send_if_modified(|until| {
            let writes = *until == Until::Write;
            if writes {
                *until = Until::Stop;
            }
            writes
        });
    }

    /// No further writes, and everything is read back.
    pub(in crate::engine) fn read_back(&self) {
        self.until.send_replace(Until::Read);
    }
}

async fn keep(
    plan: &LedgerRun,
    allowed: &mut watch::Receiver<Until>,
    asked: &watch::Receiver<bool>,
    teller: &Teller,
) {
    let account = writer::write(plan, allowed, teller).await;
    if let Some(text) = account.in_vain() {
        teller.say(EventKind::Trouble { text });
    }
    // Nobody is left to say so where the run itself could not go on.
    if account.planned() == 0 || allowed.wait_for(|until| *until == Until::Read).await.is_err() {
        return;
    }
    let agreed = reader::read_back(plan, &account, asked, teller).await;
    // What shows a loss stays, to be looked at.
    if agreed.is_some_and(|census| account.is_all_in(&census))
        && let Err(why) = plan.client.clean(account.planned()).await
    {
        let text = format!("what the ledger wrote could not be deleted again: {why}");
        teller.say(EventKind::Trouble { text });
    }
}
