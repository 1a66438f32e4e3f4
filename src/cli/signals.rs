//! Ctrl-C and SIGTERM: the first stops the run and still judges it, the second leaves at once.

use super::left::Left;
use crate::engine::Stop;
use crate::history::LedgerPlan;
use crate::run::Exit;
use std::sync::{Arc, OnceLock};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C and SIGTERM as they come.
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
}

impl Stops {
    /// Listens from now on; the signals end the process no longer.
    pub(super) fn new() -> std::io::Result<Stops> {
        Ok(Stops { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What a run has to lose by being left at once; unknown before it begins.
pub(super) type Stake = Arc<OnceLock<AtStake>>;

/// What a run has to lose by being left at once.
#[derive(Debug)]
pub(super) struct AtStake {
    /// What its faults leave changed, where it has any.
    pub(super) left: Option<Left>,
    /// Whose entries its ledger leaves, where it has one.
    pub(super) ledger: Option<LedgerPlan>,
}

/// Stops a run at the first signal; listens for as long as the runtime lives.
/// The second one leaves at once and says what is left of its faults.
pub(super) fn listen(stop: Stop, stake: Stake) -> std::io::Result<()> {
    tokio::spawn(obey(stop, Stops::new()?, stake));
    Ok(())
}

async fn obey(stop: Stop, mut stops: Stops, stake: Stake) {
    stops.next().await;
    let what = match stake.get() {
        None => "before the load begins; what is held of the cluster is given back",
        Some(AtStake { left: None, .. }) => "no further requests, those in flight get their timeout",
        Some(_) => "no further requests, those in flight get their timeout, and the faults are taken back",
    };
    anstream::eprintln!("\nstopping: {what}; once more to leave at once");
    stop.ask();
    stops.next().await;
    let (words, exit) = match stake.get() {
        None => {
            let words = "nothing was injected; a lease that was taken runs out by itself";
            (words.to_owned(), Exit::Interrupted)
        }
        Some(stake) => stake.words(),
    };
    anstream::eprintln!("\nleft at once; {words}");
    std::process::exit(i32::from(exit.code()));
}

impl AtStake {
    /// What is left behind by leaving now, and how the process ends.
    fn words(&self) -> (String, Exit) {
        let words = self.left.as_ref().map(Left::words).filter(|words| !words.is_empty());
        if let Some(words) = words {
            return (format!("the history up to the last second is kept\n{words}"), Exit::Dirty);
        }
        let behind = self.ledger.as_ref().map_or_else(
            || "nothing else is left behind".to_owned(),
            |ledger| {
                let LedgerPlan { kind, prefix, .. } = ledger;
                format!("and what the ledger wrote ({kind}), its ids begin with {prefix}-")
            },
        );
        (format!("the history up to the last second is kept, {behind}"), Exit::Interrupted)
    }
}
