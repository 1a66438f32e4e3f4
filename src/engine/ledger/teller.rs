//! The ledger's way to the dispatcher, with the time of each event.

use crate::clock::Clock;
use crate::event::{Event, EventKind};
use tokio::sync::mpsc;

/// Says what comes about, now.
pub(super) struct Teller {
    pub(super) clock: Clock,
    pub(super) to: mpsc::UnboundedSender<Event>,
}

impl Teller {
    pub(super) fn say(&self, kind: EventKind) {
        // Nobody listens any more only where the run itself could not go on.
        let _ = self.to.send(Event { at: self.clock.now(), kind });
    }
}
