//! A port for readiness probes: it takes connections and closes them, whatever the fault is.

use super::door::Door;

/// Answers probes, for ever.
pub(super) async fn answer(door: Option<Door>) {
    let Some(door) = door else { return std::future::pending().await };
    loop {
        drop(door.accept().await);
    }
}
