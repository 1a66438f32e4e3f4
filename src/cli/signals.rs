//! Ctrl-C, SIGTERM and SIGHUP: the first stops the run and still judges it, a second one leaves at once.

use super::left::Left;
use super::telling::tell;
use crate::engine::Stop;
use crate::history::LedgerPlan;
use crate::run::Exit;
use std::sync::{Arc, OnceLock};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, SIGTERM and SIGHUP as they come.
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
    /// None under `nohup`, which asks to go on without a terminal.
    hangup: Option<Signal>,
}

impl Stops {
    /// Listens from now on; the signals end the process no longer.
    pub(super) fn new() -> std::io::Result<Stops> {
        let hangup = SignalKind::hangup();
        Ok(Stops {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if is_ignored(hangup) { None } else { Some(signal(hangup)?) },
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }

    /// Waits for somebody to insist. A hangup does not: a terminal that is closed sends it twice, itself and through the
    /// shell.
    pub(super) async fn insisted(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Whether whoever started this process had it ignore the signal, as the system tells it; elsewhere than on Linux, nobody
/// knows.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores(&status, kind.as_raw_value())
}

/// Reads the mask of ignored signals, which counts bits from signal 1.
fn ignores(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    (mask >> (signal - 1)) & 1 == 1
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// It asks checks, and sends no load.
    Checks,
    /// It sends load, and may ask checks before and after.
    Load,
}

/// What a run has to lose by being left at once; unknown before it begins.
pub(super) type Stake = Arc<OnceLock<AtStake>>;

/// What a run has to lose by being left at once.
#[derive(Debug)]
pub(super) struct AtStake {
    /// What it does.
    pub(super) work: Work,
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
        Some(AtStake { work: Work::Checks, .. }) => "checks that have no answer yet end at once",
        Some(AtStake { left: None, .. }) => {
            "no further requests, those of the load in flight get their timeout, checks without an answer end at once"
        }
        Some(_) => {
            "no further requests, those of the load in flight get their timeout, checks without an answer end at once, and \
             the faults are taken back"
        }
    };
    tell(format_args!("\nstopping: {what}; once more to leave at once"));
    stop.ask();
    stops.insisted().await;
    let (words, exit) = match stake.get() {
        None => {
            let words = "nothing was injected; a lease that was taken runs out by itself";
            (words.to_owned(), Exit::Interrupted)
        }
        Some(stake) => stake.words(),
    };
    tell(format_args!("\nleft at once; {words}"));
    std::process::exit(i32::from(exit.code()));
}

impl AtStake {
    /// What the faults leave changed as things are, and the next move; nothing when they leave nothing.
    pub(super) fn left_changed(&self) -> Option<String> {
        self.left.as_ref().map(Left::words).filter(|words| !words.is_empty())
    }

    /// What is left behind by leaving now, and how the process ends.
    fn words(&self) -> (String, Exit) {
        if let Some(words) = self.left_changed() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = |mask| format!("Name:\tx\nSigBlk:\tffffffffffffffff\nSigIgn:\t{mask}\nSigCgt:\t0\n");
        for (mask, signal, ignored) in [
            ("0000000000000001", 1, true),
            ("0000000000001000", 1, false),
            ("0000000000001000", 13, true),
            ("8000000000000000", 64, true),
            ("nonsense", 1, false),
        ] {
            assert_eq!(ignores(&status(mask), signal), ignored, "{mask} {signal}");
        }
        assert!(!ignores("", 1));
    }
}
