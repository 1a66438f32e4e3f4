//! One injection of one fault: the steps that were told of it, and what they come to.

use crate::clock::Offset;
use crate::event::{FaultPhase, FaultStep};
use serde::Serialize;

/// A text is kept up to this many characters.
const LONGEST_TEXT: usize = 1_000;

/// Where a fault stands; the order is the order of badness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultStatus {
    /// Injected, and everything is as it was before.
    Undone,
    /// Its effect was seen. Where there is nothing to take back, this is the end of it.
    Proven,
    /// It was not injected, or nobody knows whether it was.
    Planned,
    /// The API server has taken it; its effect was not seen yet.
    Injected,
    /// Somebody else changed meanwhile what it had changed; that was left as it is.
    Overtaken,
    /// A budget or a rule of the cluster kept it from happening.
    Protected,
    /// Its effect was not seen in time.
    Unproven,
    /// It could not be injected.
    Failed,
    /// It could not be taken back.
    UndoFailed,
}

impl FaultStatus {
    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            FaultStatus::Undone => "undone",
            FaultStatus::Proven => "proven",
            FaultStatus::Planned => "planned",
            FaultStatus::Injected => "injected",
            FaultStatus::Overtaken => "overtaken",
            FaultStatus::Protected => "protected",
            FaultStatus::Unproven => "unproven",
            FaultStatus::Failed => "failed",
            FaultStatus::UndoFailed => "undo failed",
        }
    }
}

/// Whether a fault leaves something that has to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Takes {
    /// It is over when it was undone.
    Undo,
    /// It is over when its effect was seen.
    Nothing,
}

/// One injection of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injection {
    /// Which of the fault's injections, counted from 0.
    pub number: u32,
    told: Vec<Told>,
}

/// The first step of its phase, with the objects of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    phase: FaultPhase,
    at: Offset,
    text: String,
    objects: Vec<String>,
}

impl Injection {
    pub(in crate::run) fn new(number: u32) -> Injection {
        Injection { number, told: Vec::new() }
    }

    /// Takes in a step.
    pub(in crate::run) fn add(&mut self, at: Offset, step: FaultStep) {
        match self.told.iter_mut().find(|told| told.phase == step.phase) {
            Some(told) => {
                let new = step.objects.into_iter().filter(|object| !told.objects.contains(object));
                let new: Vec<String> = new.collect();
                told.objects.extend(new);
            }
            None => self.told.push(Told {
                phase: step.phase,
                at,
                text: step.text.chars().take(LONGEST_TEXT).collect(),
                objects: step.objects,
            }),
        }
    }

    fn of(&self, phase: FaultPhase) -> Option<&Told> {
        self.told.iter().find(|told| told.phase == phase)
    }

    /// Whether it came to this.
    pub fn came_to(&self, phase: FaultPhase) -> bool {
        self.of(phase).is_some()
    }

    /// When it first came to this.
    pub fn at(&self, phase: FaultPhase) -> Option<Offset> {
        self.of(phase).map(|told| told.at)
    }

    /// What was said when it first came to this.
    pub fn text(&self, phase: FaultPhase) -> Option<&str> {
        self.of(phase).map(|told| told.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Who it was about when it came to this.
    pub fn objects(&self, phase: FaultPhase) -> &[String] {
        self.of(phase).map_or(&[], |told| &told.objects)
    }

    /// When it was injected, as far as is known.
    pub fn injected(&self) -> Option<Offset> {
        let known = [FaultPhase::Injected, FaultPhase::Proven, FaultPhase::Unproven];
        known.iter().find_map(|phase| self.at(*phase))
    }

    /// Whether it was injected and its effect was seen in time.
    pub fn is_proven(&self) -> bool {
        self.came_to(FaultPhase::Proven) && !self.came_to(FaultPhase::Unproven)
    }

    /// Where it stands. What speaks against it is never taken back by a later step.
    pub fn status(&self) -> FaultStatus {
        use FaultPhase as P;
        let bad = [
            (P::UndoFailed, FaultStatus::UndoFailed),
            (P::Failed, FaultStatus::Failed),
            (P::Unproven, FaultStatus::Unproven),
            (P::Protected, FaultStatus::Protected),
            (P::Overtaken, FaultStatus::Overtaken),
        ];
        if let Some((_, status)) = bad.into_iter().find(|(phase, _)| self.came_to(*phase)) {
            return status;
        }
        match (self.injected().is_some(), self.came_to(P::Undone), self.came_to(P::Proven)) {
            (false, _, _) => FaultStatus::Planned,
            (true, true, _) => FaultStatus::Undone,
            (true, false, true) => FaultStatus::Proven,
            (true, false, false) => FaultStatus::Injected,
        }
    }

    /// What was said of the step that its status stands on; for one that was undone, what was seen of its effect.
    pub fn seen(&self) -> Option<&str> {
        use FaultPhase as P;
        let phases: &[P] = match self.status() {
            FaultStatus::Undone | FaultStatus::Proven => &[P::Proven, P::Undone],
            FaultStatus::Planned => &[P::Planned],
            FaultStatus::Injected => &[P::Injected],
            FaultStatus::Overtaken => &[P::Overtaken],
            FaultStatus::Protected => &[P::Protected],
            FaultStatus::Unproven => &[P::Unproven],
            FaultStatus::Failed => &[P::Failed],
            FaultStatus::UndoFailed => &[P::UndoFailed],
        };
        phases.iter().find_map(|phase| self.text(*phase))
    }

    /// Whether something may have been changed that nobody took back, nor said that it could not be.
    pub(super) fn is_open(&self, takes: Takes) -> bool {
        use FaultPhase as P;
        let any = |phases: &[P]| phases.iter().any(|phase| self.came_to(*phase));
        if any(&[P::Undone, P::Overtaken, P::UndoFailed]) {
            return false;
        }
        // The journal is written before the call: from then on nobody but the engine knows what was changed.
        let begun = self.injected().is_some() || any(&[P::Planned]) && !any(&[P::Failed, P::Protected]);
        any(&[P::Undoing]) || takes == Takes::Undo && begun
    }

    /// What is left changed, or may be: of a failed undo what it names, of an open injection its victims.
    pub(super) fn left(&self, takes: Takes) -> &[String] {
        use FaultPhase as P;
        let order = match (self.came_to(P::UndoFailed), self.is_open(takes)) {
            (true, _) => [P::UndoFailed, P::Injected, P::Planned],
            (false, true) => [P::Undoing, P::Injected, P::Planned],
            (false, false) => return &[],
        };
        order.iter().map(|phase| self.objects(*phase)).find(|objects| !objects.is_empty()).unwrap_or(&[])
    }

    /// When it was over. One that was never undone goes on.
    pub(in crate::run) fn ended(&self, takes: Takes) -> Option<Offset> {
        use FaultPhase as P;
        let ends: &[P] = match takes {
            Takes::Undo => &[P::Undone, P::Overtaken],
            Takes::Nothing => &[P::Proven, P::Unproven, P::Undone, P::Overtaken, P::Failed, P::Protected],
        };
        let began = self.injected()?;
        ends.iter().find_map(|phase| self.at(*phase)).map(|end| end.max(began))
    }
}
