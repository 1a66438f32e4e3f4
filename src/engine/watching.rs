//! The watch after a deploy: all checks again and again, until its time is over or one of them keeps failing.

use super::checks::{self, Round};
use super::{Control, RunPlan};
use crate::check::Effort;
use crate::clock::Clock;
use crate::event::{Asked, CheckEnd, Ending, Event, EventKind, Phase};
use crate::history::WatchPlan;
use crate::verdict::{Severity, Verdict};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How often in a row each check has failed.
struct Rows {
    failed: Vec<u32>,
    tolerate: u32,
}

impl Rows {
    /// Takes in how a check ended; whether that was once too often.
    fn add(&mut self, place: usize, end: &CheckEnd) -> bool {
        let Some(row) = self.failed.get_mut(place) else { return false };
        match (end.asked.at_all(), end.verdict, end.severity) {
            (true, Verdict::Fail, Severity::Fail) => *row += 1,
            (true, ..) => *row = 0,
            // Who was not asked has neither failed again nor recovered.
            (false, ..) => {}
        }
        *row > self.tolerate
    }

    /// Whether no check is known to be down right now.
    fn all_hold(&self) -> bool {
        self.failed.iter().all(|row| *row == 0)
    }
}

/// Watches, and says how the watch ended. What is under way when it is stopped is told as not done in the first round;
/// later on the answers of the rounds before speak for it.
pub(super) async fn watch(
    plan: &RunPlan,
    watch: &WatchPlan,
    clock: Clock,
    control: &Control,
    say: &mut dyn FnMut(Event),
) -> Ending {
    let (length, every) = (watch.length.get(), watch.every.get().max(Duration::from_millis(1)));
    let begun = Instant::now();
    let mut rows = Rows { failed: vec![0; plan.checks.len()], tolerate: watch.tolerate };
    // The first time a check may take as long as it says to come right; from then on the watch itself asks again.
    let mut effort = Effort::Whole;
    loop {
        let (mut place, mut fallen) = (0, None);
        let round = Round { phase: Phase::Watch, effort };
        let asked = checks::run(plan, round, control, &mut |end| {
            if end.asked == Asked::Unanswered && effort != Effort::Whole {
                return;
            }
            if rows.add(place, &end) && fallen.is_none() {
                fallen = Some(end.name.clone());
            }
            place += 1;
            say(Event { at: clock.now(), kind: EventKind::Check(end) });
        })
        .await;
        if asked.is_none() {
            return Ending::Interrupted;
        }
        if let Some(check) = fallen {
            return Ending::WatchFailed { check };
        }
        effort = Effort::Once(every);
        let rounds = begun.elapsed().as_nanos() / every.as_nanos() + 1;
        let next = every.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        // A check that has just failed is asked on, until it is known what it means.
        if next > length && rows.all_hold() {
            return Ending::Completed;
        }
        if control.unless_stopped(sleep_until(begun + next)).await.is_none() {
            return Ending::Interrupted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Asked, CheckDetail};

    fn end(verdict: Verdict, severity: Severity, asked: Asked) -> CheckEnd {
        CheckEnd {
            name: "db".into(),
            kind: "tcp".into(),
            phase: Phase::Watch,
            severity,
            verdict,
            unreachable: false,
            reason: String::new(),
            took_us: 1,
            asked,
            detail: CheckDetail::default(),
        }
    }

    #[test]
    fn a_check_falls_when_it_fails_once_too_often_in_a_row() {
        use Verdict::{Fail, Inconclusive, Pass};
        let asked = Asked::Times(1);
        let turn = |verdict| end(verdict, Severity::Fail, asked);
        let blocked = end(Inconclusive, Severity::Fail, Asked::Blocked);
        let warns = end(Fail, Severity::Warn, asked);
        for (ends, tolerate, falls) in [
            (vec![turn(Fail)], 0, true),
            (vec![turn(Fail)], 1, false),
            (vec![turn(Fail), turn(Fail)], 1, true),
            (vec![turn(Fail), turn(Pass), turn(Fail)], 1, false),
            (vec![turn(Fail), blocked.clone(), turn(Fail)], 1, true),
            (vec![warns.clone(), warns.clone(), warns], 1, false),
        ] {
            let mut rows = Rows { failed: vec![0], tolerate };
            let fell = ends.iter().fold(false, |_, end| rows.add(0, end));
            assert_eq!(fell, falls, "{ends:?}");
        }
    }
}
