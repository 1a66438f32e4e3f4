//! The history as a whole: its order, its count and its arrivals.

use super::NEXT;
use super::arrivals::Arrivals;
use crate::clock::Offset;
use crate::event::{Counted, Ending, Event, EventKind};
use crate::history::Meta;
use crate::stats::{Counts, Delta};

/// Looks whether the events are all there, once, in the order in which they were told.
#[derive(Debug)]
pub(in crate::run) struct Whole {
    /// Whether the run counted what it told, as all versions do that also keep how its requests follow each other.
    is_counted: bool,
    seen: Counted,
    /// What the run itself says, and what was seen of it until then.
    counted: Option<(Counted, Counted)>,
    last: Option<Told>,
    arrivals: Option<Arrivals>,
}

/// A window, as far as another one can be told from it.
#[derive(Debug, PartialEq)]
struct Told {
    at: Offset,
    second: u64,
    stage: u16,
    endpoint: u16,
    counts: Counts,
}

/// How the run ended.
#[derive(Debug, Clone, Copy)]
pub(in crate::run) struct End<'e> {
    /// What the history says of it.
    pub(in crate::run) ending: Option<&'e Ending>,
    /// When the stage began in which a gate broke and the load stopped.
    pub(in crate::run) broke: Option<Offset>,
}

impl Whole {
    pub(in crate::run) fn new(meta: &Meta) -> Whole {
        Whole {
            is_counted: meta.pacing.is_some(),
            seen: Counted::default(),
            counted: None,
            last: None,
            arrivals: Arrivals::of(meta),
        }
    }

    /// Takes in the next event; gives what is wrong with its place.
    pub(in crate::run) fn see(&mut self, event: &Event) -> Option<String> {
        if let EventKind::Counted(counted) = &event.kind {
            self.counted = Some((*counted, self.seen));
            return None;
        }
        self.seen.add(event);
        let EventKind::Window(delta) = &event.kind else { return None };
        if let Some(arrivals) = &mut self.arrivals {
            arrivals.add(delta);
        }
        let told = Told::of(event.at, delta);
        let wrong = self.last.as_ref().and_then(|last| told.after(last));
        self.last = Some(told);
        wrong
    }

    /// What is wrong with all of it.
    pub(in crate::run) fn troubles(self, end: End<'_>) -> Vec<String> {
        let arrivals = match (self.arrivals, end.ending, end.broke) {
            (Some(arrivals), Some(Ending::Completed), None) => arrivals.of_whole_load(),
            (Some(arrivals), Some(Ending::Completed), Some(began)) => arrivals.of_load_before(began.second()),
            // Where and when it ended is not in the plan, and no such run passes.
            _ => Vec::new(),
        };
        let counted = match self.counted {
            Some((counted, seen)) if counted != seen => Some(format!(
                "the history holds {} events with {} requests, but the run counted {} with {}; {NEXT}",
                seen.events, seen.planned, counted.events, counted.planned
            )),
            None if self.is_counted && end.ending.is_some() => {
                Some(format!("the history has an end, but not the count of its events before it; {NEXT}"))
            }
            _ => None,
        };
        arrivals.into_iter().chain(counted).collect()
    }
}

impl Told {
    fn of(at: Offset, delta: &Delta) -> Told {
        let (second, stage, endpoint) = (delta.second, delta.stage, delta.endpoint.0);
        Told { at, second, stage, endpoint, counts: delta.tally.counts }
    }

    /// What is wrong where this window follows that one.
    fn after(&self, before: &Told) -> Option<String> {
        let what = if self.at < before.at {
            "was told earlier than the one before it"
        } else if self == before {
            "stands in it twice"
        } else {
            return None;
        };
        Some(format!(
            "the history is not in its order: a window of second {}, told at {:.3} s, {what}; {NEXT}",
            self.second,
            self.at.secs_f64()
        ))
    }
}
