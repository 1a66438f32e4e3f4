//! Telling what comes about, stamped with the run's clock as soon as it is known.

use super::Told;
use crate::clock::Clock;
use crate::event::{Event, EventKind, FaultPhase, FaultStep};
use tokio::sync::mpsc;

/// Tells what comes about.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    pub(super) clock: Clock,
    pub(super) to: mpsc::UnboundedSender<Told>,
}

impl Teller {
    pub(super) fn say(&self, kind: EventKind) {
        // Nobody listens any more: the run was dropped.
        let _ = self.to.send(Told::Event(Box::new(Event { at: self.clock.now(), kind })));
    }

    /// The run cannot go on.
    pub(super) fn abort(&self, reason: String) {
        let _ = self.to.send(Told::Abort(reason));
    }
}

/// Tells the steps of one injection.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    pub(super) teller: Teller,
    pub(super) fault: u16,
    pub(super) injection: u32,
}

impl Steps {
    pub(super) fn say(&self, phase: FaultPhase, text: impl Into<String>, objects: Vec<String>) {
        let (fault, injection) = (self.fault, self.injection);
        self.teller.say(EventKind::Fault(FaultStep { fault, injection, phase, text: text.into(), objects }));
    }
}
