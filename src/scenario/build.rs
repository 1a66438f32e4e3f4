//! From the written form to a checked scenario. Nothing here stops at a mistake; a part that has one is left out, and
//! what depends on that part is not judged, so that one mistake gives one message.

use super::data::DataFiles;
use super::literals;
use super::validate::{self, Whole};
use super::{
    KubernetesPlan, Load, LoadSpec, Origin, PlannedAbort, PlannedGate, Rejected, Scenario, ScenarioFile,
    TargetPlan,
};
use crate::check::{CheckSpec, Compiled};
use crate::fault::Fault;
use crate::history::RecoveryPlan;
use crate::journey::grpc::Calls;
use crate::journey::{CompileContext, Journey, Pairs};
use crate::ledger::{Ledger, LedgerSpec};
use crate::source::{Environment, Files, Located, Problem, Secrets, Sources, decode};
use crate::units::Span;
use std::time::Duration;

/// How long an answer may take where neither its step nor the load says.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Checks what was read and makes a scenario of it.
pub(super) fn build(sources: Sources, environment: &Environment) -> Result<Scenario, Rejected> {
    let Sources { mut tree, mut files, mut secrets, mut problems } = sources;
    let written = tree.as_ref().map(|tree| literals::of(tree, &secrets)).unwrap_or_default();
    let text = files.get(0).map(|file| written.redact(&file.text)).unwrap_or_default();
    secrets.join(written);
    let file = tree.as_mut().and_then(|tree| decode::<ScenarioFile>(tree, &mut problems));
    let file = file.map(|file| aimed(file, environment.target()));
    if let Some(ledger) = file.as_ref().and_then(|file| file.ledger.as_ref()) {
        ledger.hide(&mut secrets);
    }
    files.hide(secrets.clone());
    let built = file.zip(tree).and_then(|(file, tree)| {
        validate::missing(&tree, &mut problems);
        let data = DataFiles::new(&files);
        let parts = Builder {
            file: &file,
            environment,
            whole: Whole::of(&tree),
            data: &data,
            problems: &mut problems,
        }
        .parts();
        let hash = data.hash();
        finish(&file, parts, text, hash)
    });
    match built {
        Some(scenario) if problems.is_empty() => Ok(Scenario { secrets, files, ..scenario }.masked()),
        _ => Err(Rejected::new(problems, files, &secrets)),
    }
}

/// The scenario with another target's URL, when there is one.
fn aimed(mut file: ScenarioFile, url: Option<&str>) -> ScenarioFile {
    if let Some(url) = url {
        let target = &mut file.target.get_or_insert_default().value;
        url.clone_into(&mut target.http.get_or_insert_default().value);
    }
    file
}

fn finish(file: &ScenarioFile, parts: Parts, text: String, hash: String) -> Option<Scenario> {
    Some(Scenario {
        name: file.scenario.as_ref()?.value.clone(),
        description: file.description.clone(),
        text,
        origin: Origin::default(),
        hash,
        secrets: Secrets::default(),
        files: Files::default(),
        target: parts.target,
        checks: parts.checks,
        load: parts.load,
        ledger: parts.ledger,
        kubernetes: parts.kubernetes,
        faults: parts.faults,
        recovery: parts.recovery,
        abort_when: parts.abort_when,
        gates: parts.gates,
    })
}

/// What a scenario is made of.
struct Parts {
    target: Option<TargetPlan>,
    checks: Vec<Compiled>,
    load: Option<Load>,
    ledger: Option<Ledger>,
    kubernetes: Option<KubernetesPlan>,
    faults: Vec<Fault>,
    recovery: RecoveryPlan,
    abort_when: Option<PlannedAbort>,
    gates: Vec<PlannedGate>,
}

struct Builder<'a> {
    file: &'a ScenarioFile,
    environment: &'a Environment,
    whole: Whole,
    data: &'a DataFiles<'a>,
    problems: &'a mut Vec<Problem>,
}

impl Builder<'_> {
    fn parts(mut self) -> Parts {
        validate::purpose(self.file, self.problems);
        let target = validate::target(self.file, &self.whole, self.data, self.problems);
        let checks = self.checks(target.as_ref());
        let load = self.file.load.as_ref().and_then(|load| self.load(load, target.as_ref()));
        let ledger = self.ledger(load.as_ref(), target.as_ref());
        let kubernetes = validate::kubernetes(self.file, self.data, self.problems);
        let faults = validate::faults(self.file, &self.whole, load.as_ref(), self.problems);
        let recovery = validate::recovery(self.file, self.problems);
        let abort_when = validate::abort_when(self.file, load.as_ref(), self.problems);
        let names = validate::fault_names(self.file, &faults);
        let written = self.file.ledger.as_ref().map(|ledger| ledger.mark);
        let breakage = validate::Breakage { faults: &names, ledger: written };
        let gates = validate::gates(self.file, &self.whole, load.as_ref(), breakage, self.problems);
        Parts { target, checks, load, ledger, kubernetes, faults, recovery, abort_when, gates }
    }

    fn checks(&mut self, target: Option<&TargetPlan>) -> Vec<Compiled> {
        let file = self.file;
        let usable = |place: usize| self.whole.vars && self.whole.checks.get(place).copied().unwrap_or(false);
        let specs: Vec<&Located<CheckSpec>> =
            file.smoke.iter().enumerate().filter(|(place, _)| usable(*place)).map(|(_, spec)| spec).collect();
        let environment = self.environment;
        let mut compiled = self.compile(target, TIMEOUT.into(), |cx, problems| {
            let compile = |spec: &&Located<CheckSpec>| CheckSpec::compile(spec, cx, environment, problems);
            specs.iter().filter_map(compile).collect::<Vec<_>>()
        });
        validate::check_names(&specs, &compiled, self.problems);
        validate::depends_on(&specs, &mut compiled, self.problems);
        compiled
    }

    fn load(&mut self, spec: &LoadSpec, target: Option<&TargetPlan>) -> Option<Load> {
        let before = self.problems.len();
        let stages = validate::stages(spec, self.problems);
        let limits = validate::limits(spec, target.map(|target| &target.target), self.problems);
        validate::users(self.file, spec, target.map(|target| &target.target), self.problems);
        validate::journeys(spec, self.problems);
        let timeout = spec.timeout.as_ref().map_or(TIMEOUT.into(), |timeout| timeout.value);
        // A timeout of zero was reported where it stands; every step would report it again.
        let timeout = if timeout.get().is_zero() { TIMEOUT.into() } else { timeout };
        let usable =
            |place: usize| self.whole.vars && self.whole.journeys.get(place).copied().unwrap_or(false);
        let specs: Vec<_> = spec
            .journeys()
            .iter()
            .enumerate()
            .filter(|(place, _)| usable(*place))
            .map(|(_, spec)| spec)
            .collect();
        let types = validate::grpc(self.file, &self.whole, target, self.data, self.problems);
        let journeys = self.compile(target, timeout, |cx, problems| {
            let cx = &CompileContext { calls: types.as_ref().map_or(Calls::Asked, Calls::Typed), ..*cx };
            specs.iter().filter_map(|spec| Journey::compile(spec, cx, problems)).collect::<Vec<_>>()
        });
        validate::endpoints(&specs, &journeys, self.problems);
        // Without its values no journey was compiled, and no request is planned that a gate could count.
        let whole = self.whole.load && self.whole.vars && self.problems.len() == before;
        let (stages, limits) = stages.zip(limits).filter(|_| whole)?;
        Some(Load {
            journeys,
            stages,
            spacing: limits.spacing,
            closed_connections: spec.profile.as_ref().and_then(|profile| profile.connections()),
            users: spec.profile.as_ref().and_then(|profile| profile.crowd()),
            until_broken: spec.profile.as_ref().is_some_and(|profile| profile.until_broken()),
            connections: limits.connections,
            max_in_flight: limits.max_in_flight,
            untrusted: limits.untrusted,
            workers: limits.workers,
        })
    }

    fn ledger(&mut self, load: Option<&Load>, target: Option<&TargetPlan>) -> Option<Ledger> {
        let spec = self.file.ledger.as_ref().filter(|_| self.whole.vars && self.whole.ledger)?;
        let ledger =
            self.compile(target, TIMEOUT.into(), |cx, problems| LedgerSpec::compile(spec, cx, problems));
        validate::ledger(self.file, ledger.as_ref(), load, self.problems);
        ledger
    }

    /// Runs a compiler with what it needs to know of the scenario. Without a good target the rest is compiled against
    /// a stand-in, so that its own mistakes show.
    fn compile<T>(
        &mut self,
        target: Option<&TargetPlan>,
        timeout: Span,
        compiler: impl FnOnce(&CompileContext<'_>, &mut Vec<Problem>) -> T,
    ) -> T {
        let vars: Vec<(String, String)> =
            self.file.vars.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect();
        let none = Pairs::default();
        let read = |named: &Located<String>| self.data.read(named);
        let read_body = |named: &Located<String>| self.data.read_body(named);
        let cx = CompileContext {
            vars: &vars,
            read: &read,
            read_body: &read_body,
            timeout,
            headers: self.file.target.as_ref().map_or(&none, |target| &target.headers),
            target: target.map(|target| &target.target),
            calls: Calls::Refused,
        };
        compiler(&cx, self.problems)
    }
}
