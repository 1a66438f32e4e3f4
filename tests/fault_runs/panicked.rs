//! A kind of fault that panics: the run goes on, what was done is taken back, and nothing of it becomes a pass.

use crate::stage::Stage;
use shakedown::cluster::{Consent, Right};
use shakedown::engine::faults::prepare;
use shakedown::engine::{Control, RunPlan, drive};
use shakedown::event::{Event, EventKind, FaultPhase};
use shakedown::fault::{FaultContext, FaultKind, Plan, Planning, Prove, Proving};
use shakedown::history::Machine;
use shakedown::ledger::Ids;
use shakedown::run::{Exit, Run, Strictness};
use shakedown::scenario::Scenario;
use shakedown::source::Environment;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

/// Where a kind panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Preflight,
    Plan,
    Proof,
}

/// A kind that does what another does, and panics.
#[derive(Debug)]
struct Panics {
    inner: Arc<dyn FaultKind>,
    place: Where,
    planned: AtomicU32,
}

#[derive(Debug)]
struct PanickingProof;

impl Prove for PanickingProof {
    fn what(&self) -> String {
        "it panics".to_owned()
    }

    fn prove<'a>(&'a self, _cx: &'a FaultContext, _within: Duration) -> Proving<'a> {
        Box::pin(async { panic!("on purpose, while its effect is looked for") })
    }
}

impl FaultKind for Panics {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        self.inner.rights(namespace)
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let before = self.planned.fetch_add(1, SeqCst);
            let panics = match self.place {
                Where::Preflight => true,
                Where::Plan => before > 0,
                Where::Proof => false,
            };
            assert!(!panics, "on purpose, while it is planned");
            let plan = self.inner.plan(cx).await?;
            let proof: Arc<dyn Prove> =
                if self.place == Where::Proof { Arc::new(PanickingProof) } else { plan.proof.clone() };
            Ok(Plan { proof, ..plan })
        })
    }
}

/// A run of two faults of which the first panics: what it told and how it ends, or why it was refused.
fn run(stage: &Stage, place: Where) -> Result<(Vec<Event>, Run), String> {
    let faults = "faults:\n  - { name: broken, at: 1s, for: 2s, scale: { deployment: api, replicas: 2 } }\n  - { name: \
                  sound, at: 1s, for: 2s, service_blackhole: { service: api } }\n";
    let kubernetes =
        format!("context: playground, namespace: shop, guard: off, kubeconfig: '{}'", stage.kubeconfig);
    let text = stage.scenario_of(6, &kubernetes, faults);
    let scenario = Scenario::parse("panics", &text, &Environment::of_process()).unwrap();
    let meta = scenario.meta(1, "2026-11-21T00:00:00Z".to_owned(), Machine { os: String::new(), cores: 2 });
    let mut plan = RunPlan::new(scenario, 1, &Ids::new("")).unwrap();
    let faults = Arc::make_mut(plan.faults.as_mut().unwrap());
    let inner = faults.faults[0].kind.clone();
    faults.faults[0].kind = Arc::new(Panics { inner, place, planned: AtomicU32::new(0) });
    let (_stop, control) = Control::new();
    let mut events = Vec::new();
    stage.block_on(async {
        let faults = plan.faults.as_ref().unwrap();
        let session = prepare(faults, Consent::OfNamespace, &control, &mut |_| {}).await;
        let session = session.map_err(|refused| refused.to_string())?;
        let mut say = |event| events.push(event);
        drive(&plan, Some(session), &meta.stages, &control, &mut say).await.map_err(|error| error.to_string())
    })?;
    let run = Run::judge(meta, Vec::new(), || events.clone(), Strictness::Normal);
    Ok((events, run))
}

fn phases(events: &[Event], of: u16) -> Vec<(FaultPhase, String)> {
    let steps = events.iter().filter_map(|event| match &event.kind {
        EventKind::Fault(step) if step.fault == of => Some((step.phase, step.text.clone())),
        _ => None,
    });
    steps.collect()
}

#[test]
fn a_kind_that_panics_is_taken_back_and_never_passes() {
    use FaultPhase as P;
    let stage = Stage::new();
    let before = stage.state();
    for (place, expected, words) in [
        (Where::Plan, &[P::Failed][..], "planning it panicked"),
        (
            Where::Proof,
            &[P::Planned, P::Injected, P::Unproven, P::Undoing, P::Undone],
            "looking for its effect panicked",
        ),
    ] {
        let (events, run) = run(&stage, place).unwrap();
        let told = phases(&events, 0);
        assert_eq!(told.iter().map(|(phase, _)| *phase).collect::<Vec<_>>(), expected, "{told:?}");
        assert!(told.iter().any(|(_, text)| text.contains(words)), "{told:?}");
        let sound: Vec<P> = phases(&events, 1).into_iter().map(|(phase, _)| phase).collect();
        assert_eq!(
            sound,
            [P::Planned, P::Injected, P::Proven, P::Undoing, P::Undone],
            "its neighbour goes on"
        );
        assert_eq!(Exit::from(&run), Exit::Inconclusive, "{}", run.reason);
        assert!(run.reason.contains("broken"), "{}", run.reason);
        stage.is_as_before(&before);
    }
    let refused = run(&stage, Where::Preflight).err().unwrap();
    assert_eq!(refused, "fault broken: planning it panicked; this is a defect of shakedown");
    stage.is_as_before(&before);
}
