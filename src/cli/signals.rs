//! Ctrl-C and SIGTERM: the first stops the run and still judges it, the second leaves at once.

use crate::engine::Stop;
use crate::run::Exit;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for as long as the runtime lives.
pub(super) fn listen(stop: Stop) -> std::io::Result<()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::spawn(obey(stop, interrupt, terminate));
    Ok(())
}

async fn obey(stop: Stop, mut interrupt: Signal, mut terminate: Signal) {
    either(&mut interrupt, &mut terminate).await;
    anstream::eprintln!(
        "\nstopping: no further requests, those in flight get their timeout; once more to leave at once"
    );
    stop.ask();
    either(&mut interrupt, &mut terminate).await;
    anstream::eprintln!(
        "left at once; the history up to the last second is kept, nothing else is left behind"
    );
    std::process::exit(i32::from(Exit::Interrupted.code()));
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
