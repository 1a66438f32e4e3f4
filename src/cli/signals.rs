//! Ctrl-C and SIGTERM: the first stops the run and still judges it, the second leaves at once.

use super::left::Left;
use crate::engine::Stop;
use crate::history::LedgerPlan;
use crate::run::Exit;
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

/// Stops a run at the first signal; listens for as long as the runtime lives.
/// The second one leaves at once and says what is `left` of its faults, and whose entries the ledger leaves.
pub(super) fn listen(stop: Stop, left: Option<Left>, ledger: Option<LedgerPlan>) -> std::io::Result<()> {
    tokio::spawn(obey(stop, Stops::new()?, left, ledger));
    Ok(())
}

async fn obey(stop: Stop, mut stops: Stops, left: Option<Left>, ledger: Option<LedgerPlan>) {
    stops.next().await;
    let undo = if left.is_some() { ", and the faults are taken back" } else { "" };
    anstream::eprintln!(
        "\nstopping: no further requests, those in flight get their timeout{undo}; once more to leave at once"
    );
    stop.ask();
    stops.next().await;
    let exit = match left.map(|left| left.words()) {
        Some(words) if !words.is_empty() => {
            anstream::eprintln!("\nleft at once; the history up to the last second is kept\n{words}");
            Exit::Dirty
        }
        _ => {
            let behind = ledger.map_or_else(
                || "nothing else is left behind".to_owned(),
                |ledger| {
                    format!(
                        "and what the ledger wrote ({}), its ids begin with {}-",
                        ledger.kind, ledger.prefix
                    )
                },
            );
            anstream::eprintln!("\nleft at once; the history up to the last second is kept, {behind}");
            Exit::Interrupted
        }
    };
    std::process::exit(i32::from(exit.code()));
}
