//! One injection: planned anew, written down, done, proven, and later taken back.

use super::course::Waiting;
use super::notes;
use super::replay::PATIENCE;
use super::teller::Steps;
use crate::clock::Offset;
use crate::cluster::Journal;
use crate::event::FaultPhase;
use crate::fault::{Effect, Fault, FaultContext, Injected, Plan, Taken, TakenBack, take_back};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;

/// One injection of one fault.
pub(super) struct Injection<'a> {
    pub(super) fault: &'a Fault,
    pub(super) cx: FaultContext,
    pub(super) journal: &'a Journal,
    pub(super) steps: Steps,
}

/// What stands in the cluster by an injection.
pub(super) struct Stands {
    taken: Vec<Taken>,
    /// When the fault is over; `None` where it has no end, or was not injected as a whole.
    pub(super) end: Option<Offset>,
}

impl Injection<'_> {
    /// Plans it, does it and waits for its effect; gives what stands until it is taken back. What did not come about
    /// as a whole is taken back here. The fault ends at `end`, or lasts from now when that is not known yet.
    pub(super) async fn make(&self, end: Option<Offset>, waiting: &mut Waiting) -> Option<Stands> {
        let planned = AssertUnwindSafe(self.fault.kind.plan(&self.cx)).catch_unwind().await;
        let plan = match planned {
            Ok(Ok(plan)) => plan,
            Ok(Err(refusal)) => return self.fails(refusal.to_string()),
            Err(_) => return self.fails("planning it panicked; this is a defect of shakedown"),
        };
        let victims: Vec<String> = plan.victims.iter().map(|victim| victim.object.to_string()).collect();
        self.steps.say(FaultPhase::Planned, deeds(&plan), victims.clone());
        let mut taken = Vec::new();
        // Never cut short: a request that is under way could still be carried out after its undo.
        let injecting = plan.inject(&self.cx, self.journal, &mut taken);
        let error = match AssertUnwindSafe(injecting).catch_unwind().await {
            Ok(Ok(Injected::Done)) => {
                self.steps.say(FaultPhase::Injected, deeds(&plan), victims);
                let end = end.or(self.fault.lasts.map(|lasts| waiting.clock.now() + lasts));
                self.watch_for_effect(&plan, end, waiting).await;
                return Some(Stands { taken, end });
            }
            Ok(Ok(Injected::Protected { why })) => {
                self.steps.say(FaultPhase::Protected, why, victims);
                return Some(Stands { taken, end: None }).filter(|stands| !stands.taken.is_empty());
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "injecting it panicked; this is a defect of shakedown".to_owned(),
        };
        self.steps.say(FaultPhase::Failed, error, victims);
        if !taken.is_empty() {
            self.take_back(Stands { taken, end }).await;
        }
        None
    }

    fn fails(&self, why: impl Into<String>) -> Option<Stands> {
        self.steps.say(FaultPhase::Failed, why, Vec::new());
        None
    }

    /// Waits for the effect, at most to the end of the fault; meanwhile the victims get a note.
    async fn watch_for_effect(&self, plan: &Plan, end: Option<Offset>, waiting: &mut Waiting) {
        let left = end.map_or(self.fault.within, |end| end.since(waiting.clock.now()));
        let within = self.fault.within.min(left);
        let proving = AssertUnwindSafe(plan.proof.prove(&self.cx, within)).catch_unwind();
        let noting = notes::leave(&self.cx, self.fault.kind.name(), plan);
        let seen = waiting.unless_wound_up(async { tokio::join!(proving, noting).0 }).await;
        match seen {
            Some(Ok(Effect::Proven(what))) => self.steps.say(FaultPhase::Proven, what, Vec::new()),
            Some(Ok(Effect::Unproven(what))) => {
                self.steps.say(FaultPhase::Unproven, self.cx.cluster.masked(&what), Vec::new());
            }
            Some(Err(_)) => {
                let text = "looking for its effect panicked; this is a defect of shakedown";
                self.steps.say(FaultPhase::Unproven, text, Vec::new());
            }
            None => {
                self.steps.say(FaultPhase::Unproven, "the run ended before its effect was seen", Vec::new());
            }
        }
    }

    /// Takes back what stands, and tells what came of it.
    pub(super) async fn take_back(&self, stands: Stands) {
        if stands.taken.is_empty() {
            // The platform heals it; where an end was planned it is told all the same.
            if self.fault.lasts.is_some() {
                self.steps.say(FaultPhase::Undone, "there is nothing to take back", Vec::new());
            }
            return;
        }
        let undos: Vec<String> = stands.taken.iter().rev().map(|one| one.undo.to_string()).collect();
        self.steps.say(FaultPhase::Undoing, undos.join(", "), Vec::new());
        let back = take_back(&self.cx, self.journal, stands.taken, PATIENCE).await;
        let TakenBack { overtaken, left } = back;
        if !left.is_empty() {
            let why: Vec<String> =
                left.iter().map(|one| format!("{}: {}", one.taken.undo, one.error)).collect();
            let objects = left.iter().map(|one| one.taken.undo.target()).collect();
            self.steps.say(FaultPhase::UndoFailed, why.join("; "), objects);
        } else if !overtaken.is_empty() {
            self.steps.say(FaultPhase::Overtaken, overtaken.join("; "), Vec::new());
        } else {
            self.steps.say(FaultPhase::Undone, "all is as it was before", Vec::new());
        }
    }
}

fn deeds(plan: &Plan) -> String {
    plan.deeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
