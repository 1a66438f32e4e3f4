//! Ctrl-C and SIGTERM: the first stops the run and still judges it, the second leaves at once.

use crate::engine::Stop;
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
pub(super) fn listen(stop: Stop) -> std::io::Result<()> {
    tokio::spawn(obey(stop, Stops::new()?));
    Ok(())
}

async fn obey(stop: Stop, mut stops: Stops) {
    stops.next().await;
    anstream::eprintln!(
        "\nstopping: no further requests, those in flight get their timeout; once more to leave at once"
    );
    stop.ask();
    stops.next().await;
    anstream::eprintln!(
        "\nleft at once; the history up to the last second is kept, nothing else is left behind"
    );
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
