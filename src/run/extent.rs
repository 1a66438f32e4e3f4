//! How long the measured load lasted: what rates are divided by and where `last` windows end.

use crate::clock::Offset;
use crate::event::Ending;
use crate::history::StagePlan;
use crate::trust::Spoilt;
use std::ops::Range;
use std::time::Duration;

/// The stretch of the plan that the load really covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent<'a> {
    /// The end of the load.
    end: Offset,
    /// Seconds that do not count.
    left_out: Option<&'a Spoilt>,
}

/// What the history says about the end of the load.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen<'a> {
    /// The newest second with a planned request.
    pub(super) second: Option<u64>,
    /// When the load ended, or the run when it says no more.
    pub(super) ended: Option<Offset>,
    /// How the run ended.
    pub(super) ending: Option<&'a Ending>,
    /// Whether a stress profile stopped before its plan's end.
    pub(super) broke: usize,
}

impl<'s> Extent<'s> {
    /// A run that completed covered its plan. Any other one covered it up to its last planned second, or up to the
    /// moment when the load was stopped.
    pub(super) fn of(stages: &[StagePlan], seen: Seen<'_>) -> Extent<'s> {
        let planned = stages.iter().map(|stage| stage.end).max().unwrap_or_default();
        if seen.broke == 0 && seen.ending == Some(&Ending::Completed) {
            return Extent { end: planned, left_out: None };
        }
        let last = seen.second.map_or(0, |second| second.saturating_add(1).saturating_mul(1_000_000));
        let stopped = seen.ended.unwrap_or(planned).min(planned);
        Extent { end: Offset::from_micros(last).min(stopped), left_out: None }
    }

    /// The same without these seconds.
    pub(super) fn without(self, left_out: &'s Spoilt) -> Extent<'s> {
        Extent { left_out: Some(left_out), ..self }
    }

    /// When the load ended.
    pub(super) fn end(self) -> Offset {
        self.end
    }

    /// The second in which the load ended; exclusive.
    pub(super) fn end_second(self) -> u64 {
        self.end.micros().div_ceil(1_000_000)
    }

    /// How much of these stages was covered from `from` on.
    pub(super) fn covered<'a>(
        self,
        stages: impl IntoIterator<Item = &'a StagePlan>,
        from: Offset,
    ) -> Duration {
        self.between(stages, from, self.end)
    }

    /// How much of these stages was covered in these seconds.
    pub(super) fn covered_in(self, stages: &[&StagePlan], seconds: &[Range<u64>]) -> Duration {
        let at = |second: u64| Offset::from_micros(second.saturating_mul(1_000_000));
        seconds.iter().map(|range| self.between(stages.iter().copied(), at(range.start), at(range.end))).sum()
    }

    fn between<'a>(
        self,
        stages: impl IntoIterator<Item = &'a StagePlan>,
        from: Offset,
        to: Offset,
    ) -> Duration {
        let end = self.end.min(to);
        let covered = |stage: &StagePlan| {
            let (start, end) = (stage.start.max(from), stage.end.min(end));
            let left_out = self.left_out.map_or(0, |seconds| seconds.micros_between(start, end));
            end.since(start).saturating_sub(Duration::from_micros(left_out))
        };
        stages.into_iter().map(covered).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;

    fn stage(start: u64, end: u64) -> StagePlan {
        let at = |s: u64| Offset::from_micros(s * 1_000_000);
        let (from, to) = (Rate::per_second(1.0), Rate::per_second(1.0));
        StagePlan { name: "s".into(), start: at(start), end: at(end), from, to, warmup: false }
    }

    #[test]
    fn a_completed_run_covers_its_plan_and_others_what_was_seen() {
        let stages = [stage(0, 10), stage(10, 30)];
        let secs = Duration::from_secs;
        let of = |seen| Extent::of(&stages, seen).covered(&stages, Offset::ZERO);
        let completed = Seen { second: Some(3), ending: Some(&Ending::Completed), ..Seen::default() };
        assert_eq!(of(completed), secs(30), "at a low rate the last request comes long before the end");
        assert_eq!(of(Seen { broke: 1, ..completed }), secs(4), "a stress run stops early");
        let stopped = Seen {
            second: Some(11),
            ended: Some(Offset::from_micros(11_500_000)),
            ending: Some(&Ending::Interrupted),
            broke: 0,
        };
        assert_eq!(of(stopped), Duration::from_millis(11_500));
        assert_eq!(of(Seen { ended: None, ending: None, ..stopped }), secs(12), "cut off");
        assert_eq!(of(Seen::default()), Duration::ZERO, "nothing seen");
        let extent = Extent::of(&stages, stopped);
        assert_eq!(extent.end_second(), 12);
        assert_eq!(extent.covered(&stages[1..], Offset::from_micros(11_000_000)), Duration::from_millis(500));
        assert_eq!(
            extent.covered_in(&stages.each_ref(), &[2..5, 9..11, 11..u64::MAX]),
            Duration::from_millis(5_500)
        );
        let mut spoilt = Spoilt::default();
        spoilt.add(10);
        let rest = extent.without(&spoilt);
        assert_eq!(
            rest.covered(&stages, Offset::ZERO),
            Duration::from_millis(9_500),
            "9 and 10 are left out"
        );
        assert_eq!(rest.covered_in(&stages.each_ref(), std::slice::from_ref(&(9..11))), Duration::ZERO);
    }
}
