//! What people see of a watch: each change of a check, and now and then how it stands.

use crate::clock::Offset;
use crate::event::{CheckEnd, Event, EventKind, Phase};
use crate::history::{Meta, WatchPlan};
use crate::units::Span;
use crate::verdict::Verdict;
use std::collections::HashMap;
use std::time::Duration;

/// Where nobody watches: how long lies between two lines when nothing changes.
const QUIET: Duration = Duration::from_mins(1);

/// Follows the rounds of a watch.
#[derive(Debug)]
pub(super) struct Rounds {
    watch: WatchPlan,
    planned: usize,
    /// How often in a row each check has failed; `None` while it has not been asked.
    rows: HashMap<String, u32>,
    /// Ends of the round under way, and how many of them hold.
    ended: usize,
    held: usize,
    round: u64,
    told: Offset,
}

/// What there is to say of an end.
pub(super) struct Told {
    /// A line to keep, when something changed.
    pub(super) change: Option<String>,
    /// How the watch stands, at the end of a round.
    pub(super) status: Option<Status>,
}

/// How a watch stands.
pub(super) struct Status {
    /// In one line.
    pub(super) text: String,
    /// Whether it is time to tell it also where every line stays.
    pub(super) due: bool,
}

impl Rounds {
    /// The rounds of the watch that `meta` plans.
    pub(super) fn of(meta: &Meta) -> Option<Rounds> {
        let (rows, told) = (HashMap::new(), Offset::ZERO);
        let planned = meta.checks.len();
        Some(Rounds { watch: meta.watch?, planned, rows, ended: 0, held: 0, round: 1, told })
    }

    /// Takes in an event, when it is one of the watch; `line` is how an end is told.
    pub(super) fn see(&mut self, event: &Event, line: fn(&CheckEnd) -> String) -> Option<Told> {
        let EventKind::Check(end) = &event.kind else { return None };
        if end.phase != Phase::Watch {
            return None;
        }
        self.ended += 1;
        self.held += usize::from(end.verdict == Verdict::Pass);
        let change = self.change(end, line);
        let status = (self.ended >= self.planned).then(|| self.status(event.at));
        Some(Told { change, status })
    }

    fn change(&mut self, end: &CheckEnd, line: fn(&CheckEnd) -> String) -> Option<String> {
        let before = self.rows.get(&end.name).copied();
        let row = match (end.asked.at_all(), end.verdict) {
            (true, Verdict::Fail) => before.unwrap_or_default() + 1,
            (true, _) => 0,
            (false, _) => before.unwrap_or_default(),
        };
        self.rows.insert(end.name.clone(), row);
        match (before, row) {
            (None, _) => Some(line(end)),
            (Some(before), 0) if before > 0 => {
                Some(format!("{}; it holds again after {before} in a row", line(end)))
            }
            (Some(before), row) if row > before => Some(format!("{} ({row} in a row)", line(end))),
            _ => None,
        }
    }

    fn status(&mut self, at: Offset) -> Status {
        let left = self.watch.length.get().saturating_sub(at.since(Offset::ZERO));
        let left = Span::new(Duration::from_secs(left.as_secs()));
        let down: u32 = self.rows.values().filter(|row| **row > 0).map(|_| 1).sum();
        let down = if down > 0 { format!(", {down} down") } else { String::new() };
        let text =
            format!("round {}: {} of {} checks hold{down}, {left} left", self.round, self.held, self.planned);
        let due = self.round == 1 || at.since(self.told) >= QUIET;
        if due {
            self.told = at;
        }
        (self.ended, self.held) = (0, 0);
        self.round += 1;
        Status { text, due }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Asked, CheckDetail};
    use crate::verdict::Severity;

    fn end(name: &str, verdict: Verdict) -> CheckEnd {
        CheckEnd {
            name: name.into(),
            kind: "tcp".into(),
            phase: Phase::Watch,
            severity: Severity::Fail,
            verdict,
            unreachable: false,
            reason: String::new(),
            took_us: 1,
            asked: Asked::Times(1),
            detail: CheckDetail::default(),
        }
    }

    #[test]
    fn changes_are_told_at_once_and_quiet_rounds_once_a_minute() {
        let span = |seconds| Span::new(Duration::from_secs(seconds));
        let watch = WatchPlan { length: span(300), every: span(30), tolerate: 1, availability: None };
        let told = Offset::ZERO;
        let mut rounds =
            Rounds { watch, planned: 2, rows: HashMap::new(), ended: 0, held: 0, round: 1, told };
        let mut lines = Vec::new();
        for (second, db) in [(0, '+'), (30, '+'), (60, '-'), (90, '+'), (120, '+')] {
            let db = if db == '+' { Verdict::Pass } else { Verdict::Fail };
            for end in [end("web", Verdict::Pass), end("db", db)] {
                let event =
                    Event { at: Offset::from_micros(second * 1_000_000), kind: EventKind::Check(end) };
                let told = rounds.see(&event, |end| format!("{} {}", end.name, end.verdict)).unwrap();
                lines.extend(told.change);
                lines.extend(told.status.filter(|status| status.due).map(|status| status.text));
            }
        }
        assert_eq!(
            lines,
            [
                "web pass",
                "db pass",
                "round 1: 2 of 2 checks hold, 5m left",
                "db fail (1 in a row)",
                "round 3: 1 of 2 checks hold, 1 down, 4m left",
                "db pass; it holds again after 1 in a row",
                "round 5: 2 of 2 checks hold, 3m left",
            ]
        );
    }
}
