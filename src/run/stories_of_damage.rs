//! Histories that lost something, or had something put into them: never a pass. Those that were cut short by the run's own
//! end are judged as ever.

use super::stories::{Story, of};
use super::*;
use crate::event::{Counted, Ending, Event, EventKind};
use crate::history::Pacing;
use crate::sample::EndpointId;
use crate::verdict::{Severity, Verdict};

/// A whole run of 70 s at 100/s, as it is told.
fn whole(ending: Ending) -> Story {
    let mut story = Story::new().gate("p99 <= 250ms", Severity::Fail).load(70, 0);
    story.meta.pacing = Some(Pacing::Even);
    story.say(70, EventKind::LoadEnded).counted().ends(ending)
}

fn is_of(event: &Event, second: u64) -> bool {
    matches!(&event.kind, EventKind::Window(delta) if delta.second == second)
}

#[test]
fn a_whole_history_is_judged_by_its_gates() {
    let run = whole(Ending::Completed).judge();
    assert_eq!(of(&run), (Verdict::Pass, Exit::Pass), "{}", run.reason);
}

#[test]
fn no_history_that_lost_or_gained_something_is_a_pass() {
    type Damage = fn(&mut Vec<Event>);
    let table: [(&str, Damage, &str); 11] = [
        ("a second is missing", |events| events.retain(|event| !is_of(event, 30)), "0 arrivals of second 30"),
        ("one window is missing", |events| drop(events.remove(61)), "60 arrivals of second 30, where 100"),
        ("a second in warm-up", |events| events.retain(|event| !is_of(event, 3)), "0 arrivals of second 3"),
        (
            "all windows are missing",
            |events| events.retain(|event| !matches!(event.kind, EventKind::Window(_))),
            "0 arrivals of second 0, where 100 were planned, and 69 more s",
        ),
        (
            "the end of the load",
            |events| events.retain(|event| event.kind != EventKind::LoadEnded),
            "counted 141",
        ),
        ("a window twice", |events| events.insert(62, events[61].clone()), "stands in it twice"),
        (
            "a second again",
            |events| events.splice(64..64, events[60..62].to_vec()).for_each(drop),
            "was told earlier",
        ),
        ("the other way round", |events| events[..140].reverse(), "was told earlier than the one before it"),
        (
            "numbers that do not add up",
            |events| {
                let EventKind::Window(delta) = &mut events[60].kind else { panic!("{:?}", events[60]) };
                delta.tally.counts.done = 500;
            },
            "60 planned, but 500 done",
        ),
        (
            "a number that is as none can be",
            |events| {
                let EventKind::Window(delta) = &mut events[60].kind else { panic!("{:?}", events[60]) };
                (delta.tally.counts.done, delta.tally.counts.planned) = (u64::MAX, u64::MAX);
            },
            "done, but 60 have a duration",
        ),
        (
            "the count itself",
            |events| events.retain(|event| !matches!(event.kind, EventKind::Counted(_))),
            "not the count of its events",
        ),
    ];
    for (name, damage, words) in table {
        let mut story = whole(Ending::Completed);
        damage(&mut story.events);
        let run = story.judge();
        assert_eq!(of(&run), (Verdict::Inconclusive, Exit::Inconclusive), "{name}: {}", run.reason);
        let said = |text: &str| run.findings.iter().any(|finding| finding.reason.contains(text));
        assert!(said(words), "{name}: {:#?}", run.findings);
        assert!(said("the history was changed or damaged"), "{name}: {:#?}", run.findings);
    }
}

#[test]
fn runs_that_ended_early_are_judged_as_they_were() {
    // Killed, interrupted, still going on: the history ends in the middle, and nothing is said of what is not there.
    for (ending, count) in [
        (None, false),
        (Some(Ending::Interrupted), true),
        (Some(Ending::Aborted { reason: "lease".into() }), true),
    ] {
        let mut story = Story::new().gate("p99 <= 250ms", Severity::Fail).load(40, 0);
        story.meta.pacing = Some(Pacing::Even);
        if count {
            story = story.say(40, EventKind::LoadEnded).counted();
        }
        let run = match ending.clone() {
            Some(ending) => story.ends(ending).judge(),
            None => story.judge(),
        };
        assert_eq!((run.summary.troubles.len(), run.findings.len()), (0, 1), "{ending:?} {:?}", run.findings);
    }
}

#[test]
fn a_stress_run_is_whole_up_to_the_stage_in_which_a_gate_broke() {
    let broke = |until| {
        let mut story = Story::new().load(until, 0);
        story.meta.pacing = Some(Pacing::Even);
        let (gate, reason) = ("p99 <= 1ms".to_owned(), "slow".to_owned());
        let run = story
            .say(70, EventKind::Broke { stage: 1, gate, reason })
            .counted()
            .ends(Ending::Completed)
            .judge();
        run.summary.troubles
    };
    assert_eq!(broke(40), [""; 0]);
    assert_eq!(broke(9).len(), 1, "the warm-up came before it");
}

#[test]
fn histories_of_versions_that_counted_nothing_are_judged_by_what_is_in_them() {
    let run = Story::new().load(30, 0).ends(Ending::Completed).judge();
    assert_eq!(run.summary.troubles, [""; 0]);
    let mut story = Story::new().load(30, 0);
    let EventKind::Window(delta) = &mut story.events[0].kind else { panic!("no window") };
    delta.endpoint = EndpointId(0);
    delta.tally.counts.dropped += 1;
    assert_eq!(story.ends(Ending::Completed).judge().summary.troubles.len(), 1);
}

impl Story {
    /// What the run counted until now.
    fn counted(self) -> Story {
        let mut counted = Counted::default();
        self.events.iter().for_each(|event| counted.add(event));
        let at = self.events.last().map_or(0, |event| event.at.second());
        self.say(at, EventKind::Counted(counted))
    }
}
