//! The exit codes: what CI acts on. The one place that decides them.

use super::{CheckResult, FaultResult, Run};
use crate::event::Ending;
use crate::verdict::{Severity, Verdict};

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every gate and check holds; warnings are allowed.
    Pass,
    /// A gate or a check is shown not to hold. Also an inconclusive run under `--strict`.
    Failed,
    /// The command line or the scenario is wrong. Nothing was sent.
    Usage,
    /// The evidence does not decide it: too little of it, or a generator that could not keep its schedule.
    Inconclusive,
    /// The target could not be reached, or refused access, before any load.
    Unreachable,
    /// A fault could not be undone: the target may be left changed.
    Dirty,
    /// Somebody stopped it with Ctrl-C, SIGTERM or by closing the terminal.
    Interrupted,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: [Exit; 7] = [
        Exit::Pass,
        Exit::Failed,
        Exit::Usage,
        Exit::Inconclusive,
        Exit::Unreachable,
        Exit::Dirty,
        Exit::Interrupted,
    ];

    /// The code that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Pass => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Inconclusive => 3,
            Exit::Unreachable => 4,
            Exit::Dirty => 5,
            Exit::Interrupted => 130,
        }
    }

    /// The one that counts when several runs end as one command: what needs somebody's hands soonest.
    #[must_use]
    pub fn or_worse(self, other: Exit) -> Exit {
        let urgency = |exit: &Exit| match exit {
            Exit::Pass => 0,
            Exit::Inconclusive => 1,
            Exit::Failed => 2,
            Exit::Unreachable => 3,
            Exit::Usage => 4,
            Exit::Interrupted => 5,
            Exit::Dirty => 6,
        };
        if urgency(&other) > urgency(&self) { other } else { self }
    }

    /// What it means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Pass => "pass, also with warnings",
            Exit::Failed => "a gate or a check failed; with --strict also: inconclusive",
            Exit::Usage => "the command line or the scenario is wrong",
            Exit::Inconclusive => "inconclusive: the evidence does not decide it",
            Exit::Unreachable => "the target could not be reached",
            Exit::Dirty => "undo incomplete, the target may be left changed",
            Exit::Interrupted => "interrupted",
        }
    }

    /// The exit of a judged run. A target that may be left changed weighs more than anything else, then how the run
    /// ended: an interrupted run exits as interrupted even where a gate had failed already.
    pub(super) fn decide(judged: &Judged<'_>) -> Exit {
        match (judged.ending, judged.verdict, judged.strictness) {
            _ if judged.faults.iter().any(FaultResult::is_left) => Exit::Dirty,
            (Some(Ending::Interrupted | Ending::Aborted { .. }), _, _) => Exit::Interrupted,
            (Some(Ending::Unreachable { .. }), _, _) => Exit::Unreachable,
            (Some(Ending::WatchFailed { .. }), _, _) => Exit::Failed,
            _ if judged.never_reached() => Exit::Unreachable,
            (_, Verdict::Fail, _) | (_, Verdict::Inconclusive, Strictness::Strict) => Exit::Failed,
            (_, Verdict::Inconclusive, Strictness::Normal) => Exit::Inconclusive,
            (_, Verdict::Pass | Verdict::Warn, _) => Exit::Pass,
        }
    }
}

impl From<&Run> for Exit {
    fn from(run: &Run) -> Exit {
        run.exit
    }
}

/// What happens to a run that the evidence does not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// It has an exit code of its own.
    #[default]
    Normal,
    /// It exits as failed. Its verdict is still called inconclusive.
    Strict,
}

/// What an exit code depends on.
pub(super) struct Judged<'a> {
    pub(super) verdict: Verdict,
    pub(super) ending: Option<&'a Ending>,
    pub(super) checks: &'a [CheckResult],
    pub(super) faults: &'a [FaultResult],
    /// Requests planned, warm-up included.
    pub(super) planned: u64,
    pub(super) strictness: Strictness,
}

impl Judged<'_> {
    /// No load, and every check that failed could not reach the target. One that reached it and disliked the answer
    /// makes it an ordinary failure.
    fn never_reached(&self) -> bool {
        let mut failed = self
            .checks
            .iter()
            .filter(|check| check.end.severity == Severity::Fail && check.end.verdict == Verdict::Fail)
            .peekable();
        self.planned == 0 && failed.peek().is_some() && failed.all(|check| check.end.unreachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;
    use crate::event::{Asked, CheckDetail, CheckEnd, FaultPhase, FaultStep, Phase};
    use crate::history::FaultPlan;
    use crate::run::fault::Faults;

    fn check(unreachable: bool) -> CheckResult {
        CheckResult {
            verdict: Verdict::Fail,
            watched: None,
            end: CheckEnd {
                name: "up".into(),
                kind: "http".into(),
                phase: Phase::Before,
                severity: Severity::Fail,
                verdict: Verdict::Fail,
                unreachable,
                reason: String::new(),
                took_us: 1,
                asked: Asked::default(),
                detail: CheckDetail::default(),
            },
        }
    }

    /// A fault with something to take back that came to this.
    fn fault(phases: &[FaultPhase]) -> Vec<FaultResult> {
        let (name, kind, at) = ("f".to_owned(), "scale".to_owned(), Offset::ZERO);
        let mut faults = Faults::new(&[FaultPlan { name, kind, at, until: Some(at) }]);
        for phase in phases {
            let (text, objects) = (String::new(), vec![]);
            faults.add(at, FaultStep { fault: 0, injection: 0, phase: *phase, text, objects }).unwrap();
        }
        faults.results(Vec::new())
    }

    #[test]
    fn a_target_that_may_be_left_changed_weighs_more_than_anything_else() {
        use FaultPhase::{
            Failed, Injected, Overtaken, Planned, Proven, UndoFailed, Undoing, Undone, Unproven,
        };
        let (completed, unreachable) =
            (Ending::Completed, Ending::Unreachable { reason: "refused".to_owned() });
        let endings = [None, Some(&completed), Some(&Ending::Interrupted), Some(&unreachable)];
        let verdicts = [Verdict::Pass, Verdict::Warn, Verdict::Inconclusive, Verdict::Fail];
        for (phases, dirty) in [
            (&[Planned, Injected, Proven, Undoing, UndoFailed][..], true),
            (&[Planned, Injected, Proven, Undoing, UndoFailed, Undone], true),
            (&[Planned, Injected, Proven, Undoing], true),
            (&[Planned, Injected, Unproven], true),
            (&[Planned, Injected, Proven], true),
            (&[Planned, Injected], true),
            (&[Planned], true),
            (&[Planned, Injected, Proven, Undoing, Undone], false),
            (&[Planned, Injected, Proven, Undoing, Overtaken], false),
            (&[Planned, Undone], false),
            (&[Planned, Failed], false),
            (&[], false),
        ] {
            let faults = fault(phases);
            for (ending, verdict) in endings.iter().flat_map(|end| verdicts.map(|verdict| (*end, verdict))) {
                let (planned, strictness) = (9, Strictness::Normal);
                let judged = Judged { verdict, ending, checks: &[], faults: &faults, planned, strictness };
                assert_eq!(Exit::decide(&judged) == Exit::Dirty, dirty, "{phases:?} {ending:?} {verdict}");
            }
        }
    }

    #[test]
    fn the_codes_are_a_promise() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 130]);
    }

    #[test]
    fn the_exit_of_a_run() {
        use Strictness::{Normal, Strict};
        use Verdict::{Fail, Inconclusive, Pass, Warn};
        let unreachable = Ending::Unreachable { reason: "refused".into() };
        for (verdict, ending, checks, planned, strictness, exit) in [
            (Pass, Ending::Completed, vec![], 9, Normal, Exit::Pass),
            (Warn, Ending::Completed, vec![], 9, Strict, Exit::Pass),
            (Fail, Ending::Completed, vec![], 9, Normal, Exit::Failed),
            (Inconclusive, Ending::Completed, vec![], 9, Normal, Exit::Inconclusive),
            (Inconclusive, Ending::Completed, vec![], 9, Strict, Exit::Failed),
            (Fail, Ending::Interrupted, vec![], 9, Normal, Exit::Interrupted),
            (Fail, Ending::Aborted { reason: "lease".into() }, vec![], 9, Normal, Exit::Interrupted),
            (Inconclusive, Ending::Interrupted, vec![], 9, Strict, Exit::Interrupted),
            (Inconclusive, unreachable, vec![], 0, Normal, Exit::Unreachable),
            (Fail, Ending::SmokeFailed, vec![check(true)], 0, Normal, Exit::Unreachable),
            (Fail, Ending::SmokeFailed, vec![check(false)], 0, Normal, Exit::Failed),
            (Fail, Ending::SmokeFailed, vec![check(true), check(false)], 0, Normal, Exit::Failed),
            (Fail, Ending::Completed, vec![check(true)], 9, Normal, Exit::Failed),
        ] {
            let judged =
                Judged { verdict, ending: Some(&ending), checks: &checks, faults: &[], planned, strictness };
            assert_eq!(Exit::decide(&judged), exit, "{verdict} {ending:?} {strictness:?}");
        }
    }
}
