//! What a watch saw of each check: how often it held, and what it said when it did not. One entry for each check of
//! the plan, however long the watch.

use super::outcome::{CheckResult, Watched};
use crate::clock::Offset;
use crate::event::CheckEnd;
use crate::history::WatchPlan;
use crate::verdict::Verdict;

/// The checks of a watch, in the order in which they ended first.
#[derive(Debug, Default)]
pub(super) struct WatchedChecks {
    checks: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    asked: u64,
    held: u64,
    /// Failures in a row up to now, and when the first of them was.
    row: u32,
    since: Offset,
    /// The newest failure and when it was.
    failed: Option<(Offset, CheckEnd)>,
    last: CheckEnd,
}

impl WatchedChecks {
    /// Takes in one end. Of checks that the plan does not have only as many as it has are kept.
    pub(super) fn add(&mut self, at: Offset, end: CheckEnd, planned: usize) {
        let known = self.checks.iter().position(|seen| seen.last.name == end.name);
        if known.is_none() && self.checks.len() < planned {
            let (failed, last) = (None, end.clone());
            self.checks.push(Seen { asked: 0, held: 0, row: 0, since: at, failed, last });
        } else if known.is_none() {
            return;
        }
        let place = known.unwrap_or(self.checks.len() - 1);
        if let Some(seen) = self.checks.get_mut(place) {
            seen.add(at, end);
        }
    }

    /// How each of them ended.
    pub(super) fn results(self, plan: Option<&WatchPlan>) -> impl Iterator<Item = CheckResult> {
        self.checks.into_iter().map(move |seen| seen.result(plan))
    }
}

impl Seen {
    fn add(&mut self, at: Offset, end: CheckEnd) {
        if end.asked.at_all() {
            self.asked += 1;
            if end.verdict == Verdict::Fail {
                self.since = if self.row == 0 { at } else { self.since };
                self.row += 1;
                self.failed = Some((at, end.clone()));
            } else {
                self.held += 1;
                self.row = 0;
            }
        }
        self.last = end;
    }

    fn result(self, plan: Option<&WatchPlan>) -> CheckResult {
        let watched = Watched { asked: self.asked, held: self.held };
        let share = watched.availability();
        let tolerate = plan.map_or(0, |plan| plan.tolerate);
        let wanted = plan.and_then(|plan| plan.availability);
        let short = wanted.filter(|wanted| share.is_some_and(|share| share < wanted.get()));
        let Some((at, failure)) = self.failed else {
            let verdict = self.last.severity.cap(self.last.verdict);
            let reason = match self.asked {
                0 => self.last.reason.clone(),
                asked => format!("held all {asked} times; {}", self.last.reason),
            };
            return CheckResult { verdict, end: CheckEnd { reason, ..self.last }, watched: Some(watched) };
        };
        let held = format!(
            "held {} of {} times ({} %)",
            self.held,
            self.asked,
            // Rounded down: what is short of the availability that was asked for must not look like it.
            (share.unwrap_or_default() * 1e5).floor() / 1e3
        );
        let (found, story) = if self.row > tolerate {
            let since = self.since.secs_f64();
            (Verdict::Fail, format!("failed {} times in a row since {since:.1} s, {held}", self.row))
        } else if let Some(wanted) = short {
            (
                Verdict::Fail,
                format!("{held}, and {wanted} were asked for; last failed at {:.1} s", at.secs_f64()),
            )
        } else {
            (Verdict::Warn, format!("{held}; last failed at {:.1} s", at.secs_f64()))
        };
        let reason = format!("{story}: {}", failure.reason);
        let verdict = failure.severity.cap(found);
        CheckResult { verdict, end: CheckEnd { reason, ..failure }, watched: Some(watched) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Asked, CheckDetail, Phase};
    use crate::units::{Ratio, Span};
    use crate::verdict::Severity;
    use std::time::Duration;

    fn end(good: bool, asked: Asked) -> CheckEnd {
        let (verdict, reason) = match (asked.at_all(), good) {
            (false, _) => (Verdict::Inconclusive, "not asked: `net` failed"),
            (true, true) => (Verdict::Pass, "200"),
            (true, false) => (Verdict::Fail, "refused"),
        };
        CheckEnd {
            name: "db".into(),
            kind: "tcp".into(),
            phase: Phase::Watch,
            severity: Severity::Fail,
            verdict,
            unreachable: false,
            reason: reason.into(),
            took_us: 1,
            asked,
            detail: CheckDetail::default(),
        }
    }

    /// A watch with a letter for each second: `+` holds, `-` fails, `b` is blocked.
    fn watched(story: &str, availability: Option<f64>) -> (Verdict, String) {
        let span = |seconds| Span::new(Duration::from_secs(seconds));
        let availability = availability.map(Ratio::new);
        let plan = WatchPlan { length: span(60), every: span(1), tolerate: 1, availability };
        let mut checks = WatchedChecks::default();
        for (second, letter) in story.chars().enumerate() {
            let asked = if letter == 'b' { Asked::Blocked } else { Asked::Times(1) };
            checks.add(Offset::from_secs_f64(second as f64), end(letter == '+', asked), 1);
        }
        let result = checks.results(Some(&plan)).next().unwrap();
        (result.verdict, result.end.reason)
    }

    #[test]
    fn what_a_watch_makes_of_its_rounds() {
        for (story, availability, verdict, reason) in [
            ("++++", None, Verdict::Pass, "held all 4 times; 200"),
            ("++-+", None, Verdict::Warn, "held 3 of 4 times (75 %); last failed at 2.0 s: refused"),
            ("++-+", Some(0.75), Verdict::Warn, "held 3 of 4 times (75 %); last failed at 2.0 s: refused"),
            (
                "++-+",
                Some(0.999),
                Verdict::Fail,
                "held 3 of 4 times (75 %), and 99.9% were asked for; last failed at 2.0 s: refused",
            ),
            (
                "++--",
                None,
                Verdict::Fail,
                "failed 2 times in a row since 2.0 s, held 2 of 4 times (50 %): refused",
            ),
            ("bb", None, Verdict::Inconclusive, "not asked: `net` failed"),
        ] {
            assert_eq!(watched(story, availability), (verdict, reason.to_owned()), "{story}");
        }
    }
}
