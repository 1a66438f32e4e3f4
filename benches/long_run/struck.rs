//! A fault that comes again and again into a run that nobody has the time to drive.

use shakedown::clock::Offset;
use shakedown::event::{Event, EventKind, FaultPhase, FaultStep};
use shakedown::history::FaultPlan;
use shakedown::stats::Slot;
use std::time::Duration;

/// A pod is killed every so many seconds, and for some seconds a part of the answers are errors.
#[derive(Debug, Clone, Copy)]
pub struct Struck {
    /// How many seconds lie between two strikes.
    pub every: u64,
    /// For so many seconds each is felt.
    pub felt: u64,
}

impl Struck {
    /// One of so many requests fails while a strike is felt.
    pub const BAD_ONE_OF: u64 = 4;

    /// What is planned.
    pub fn plan(self) -> FaultPlan {
        let at = Offset::from_micros(self.every * 1_000_000);
        FaultPlan { name: "kill".into(), kind: "pod_kill".into(), at, until: None }
    }

    /// The steps of a strike in this second, where there is one.
    pub fn steps(self, second: u64) -> impl Iterator<Item = Event> {
        let begins = Offset::from_micros(second * 1_000_000);
        let strikes = second > 0 && second.is_multiple_of(self.every);
        let injection = u32::try_from(second / self.every).unwrap_or(u32::MAX);
        let phases = [(100, FaultPhase::Planned), (150, FaultPhase::Injected), (700, FaultPhase::Proven)];
        phases.into_iter().filter(move |_| strikes).map(move |(after, phase)| {
            let (text, objects) = (String::new(), vec![format!("Pod/api-{injection}")]);
            let step = FaultStep { fault: 0, injection, phase, text, objects };
            Event { at: begins + Duration::from_millis(after), kind: EventKind::Fault(step) }
        })
    }

    /// Whether a strike is felt in this second.
    pub fn is_felt(self, second: u64) -> bool {
        second > self.every && (1..=self.felt).contains(&(second % self.every))
    }

    /// What is left of the good requests of a tenth of a second.
    pub fn slot(self, second: u64, slot: &mut Slot) {
        if self.is_felt(second) {
            slot.bad = slot.good / Struck::BAD_ONE_OF;
            slot.good -= slot.bad;
            slot.bad_between = slot.good_between;
        }
    }
}
