//! How much of a run was told: by it a history that lost something is known.

use super::{Event, EventKind};
use serde::{Deserialize, Serialize};

/// How much of a run was told before its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Events.
    pub events: u64,
    /// Planned starts in all their windows.
    pub planned: u64,
}

impl Counted {
    /// Counts an event.
    pub fn add(&mut self, event: &Event) {
        self.events = self.events.saturating_add(1);
        if let EventKind::Window(delta) = &event.kind {
            self.planned = self.planned.saturating_add(delta.tally.counts.planned);
        }
    }
}
