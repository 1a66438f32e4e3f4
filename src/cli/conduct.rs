//! One run from scenario to exit code: drive, save, judge, report.

use super::awake::KeepAwake;
use super::destinations::{Destinations, Reports};
use super::footprint::Footprint;
use super::progress::Progress;
use super::signals::{self, AtStake, Stake, Work};
use super::telling::tell;
use super::{Failure, left};
use crate::cluster::Consent;
use crate::engine::faults::{Session, prepare};
use crate::engine::{self, Control, Room, RunPlan, Stop, drive};
use crate::event::{Event, EventKind};
use crate::gate::Gate;
use crate::history::{self, Machine, Meta, ReadError, Reader, WatchPlan, WriteError, Writer};
use crate::ledger::Ids;
use crate::report::harmless;
use crate::run::{Exit, Run, Strictness};
use crate::scenario::Scenario;
use crate::verdict::Severity;
use clap::Args;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;

/// Options of every command that runs something.
#[derive(Debug, Clone, Args)]
pub(super) struct RunOptions {
    #[command(flatten)]
    reports: Reports,
    /// Where runs are kept, one folder each
    #[arg(long, value_name = "DIR", default_value = "reports/runs")]
    out: PathBuf,
    /// The seed of everything random; another run with it makes the same arrivals and values
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many smoke checks are asked at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// An inconclusive run exits with 1 instead of 3
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    awake: KeepAwake,
}

/// How much of a scenario to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// Checks, load, checks, gates.
    All,
    /// The checks alone.
    Smoke,
    /// The checks alone, again and again.
    Watch(WatchPlan),
}

impl RunOptions {
    /// Looks at what reports go to, before anything runs.
    pub(super) fn destinations(&self) -> Result<Destinations, Failure> {
        self.reports.open()
    }
}

/// Runs a scenario and hands it to the reports. Faults may go where `consent` says.
pub(super) fn conduct(
    mut scenario: Scenario,
    part: Part,
    consent: Consent,
    options: &RunOptions,
    destinations: &mut Destinations,
) -> Result<Exit, Failure> {
    if part != Part::All {
        scenario = scenario.smoke_alone();
    }
    let _awake = options.awake.hold()?;
    if let Some(load) = &scenario.load {
        for shortage in Footprint::of(load).sockets().shortages(Room::here()) {
            tell(format_args!("warning: {shortage}"));
        }
    }
    let seed = options.seed.unwrap_or_else(rand::random);
    let started = format!("{:.3}", jiff::Timestamp::now());
    let mut meta = scenario.meta(seed, started, machine());
    if let Part::Watch(watch) = part {
        meta.watch = Some(watch);
    }
    let ids = Ids::new(meta.ledger.as_ref().map_or("", |ledger| ledger.prefix.as_str()));
    let plan = RunPlan::new(scenario, seed, &ids).map_err(|error| Failure::Usage(error.to_string()))?;
    let plan = RunPlan { jobs: options.jobs.into(), watch: meta.watch, ..plan };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "start the runtime", source })?;
    let (stop, control) = Control::new();
    let stake = Stake::default();
    // What is refused leaves nothing, no folder either.
    let session = runtime.block_on(async {
        let listening = signals::listen(stop.clone(), stake.clone());
        listening.map_err(|source| Failure::System { what: "listen for signals", source })?;
        hold(&plan, consent, &control).await
    })?;
    stake.get_or_init(|| AtStake {
        work: if meta.stages.is_empty() { Work::Checks } else { Work::Load },
        left: session.as_ref().map(left::Left::of),
        ledger: meta.ledger.clone(),
    });
    let folder = history::runs::folder(&options.out, &meta.scenario, &meta.started);
    // Nothing was sent yet: it is the command line that is wrong.
    let folder = match folder {
        Ok(folder) => folder,
        Err(error) => {
            runtime.block_on(release(session));
            return Err(Failure::Usage(error.to_string()));
        }
    };
    let mut progress = Progress::new(&meta, control.clone());
    let strictness = if options.strict { Strictness::Strict } else { Strictness::Normal };
    let saved = (&meta, folder.as_path());
    let judged = drive_and_save(&runtime, (&plan, session), (&stop, &control), saved, &mut progress)
        .and_then(|()| finish(&folder, None, strictness, destinations));
    match (judged, stake.get().and_then(AtStake::left_changed)) {
        (Ok(exit), _) => {
            tell(format_args!("saved; to judge it again: shakedown judge {}", folder.display()));
            Ok(exit)
        }
        // What the faults have left weighs more than why the run cannot be judged.
        (Err(failure), Some(left)) => {
            failure.report();
            tell(left);
            Ok(Exit::Dirty)
        }
        (Err(failure), None) => Err(failure),
    }
}

/// The hold on the namespace that a run with faults needs; none when somebody asks to stop before it is had.
async fn hold(plan: &RunPlan, consent: Consent, control: &Control) -> Result<Option<Session>, Failure> {
    let Some(faults) = &plan.faults else { return Ok(None) };
    let mut say = |text: &str| tell(harmless(&plan.secrets.redact(text)));
    Ok(Some(prepare(faults, consent, control, &mut say).await?))
}

/// Gives back what is held for a run that does not begin.
async fn release(session: Option<Session>) {
    if let Some(session) = session {
        session.end().await.iter().for_each(|text| tell(harmless(text)));
    }
}

/// Drives the run; every event goes to the history in `folder` and to whoever watches. Where the history cannot be
/// written any more the run is stopped: what would follow could not be judged.
pub(super) fn drive_and_save(
    runtime: &Runtime,
    (plan, session): (&RunPlan, Option<Session>),
    (stop, control): (&Stop, &Control),
    (meta, folder): (&Meta, &Path),
    progress: &mut Progress,
) -> Result<(), Failure> {
    engine::raise_open_files();
    let mut writer = match Writer::create(folder, meta) {
        Ok(writer) => writer,
        Err(error) => {
            runtime.block_on(release(session));
            return Err(error.into());
        }
    };
    let mut failed: Option<WriteError> = None;
    progress.begin();
    let driven = runtime.block_on(async {
        let mut say = |event: Event| {
            progress.see(&event);
            if failed.is_none() {
                failed = keep(&mut writer, &event).err();
                if let Some(error) = &failed {
                    progress.lost(error);
                    stop.ask();
                }
            }
        };
        drive(plan, session, &meta.stages, control, &mut say).await
    });
    progress.end();
    driven?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(writer.finish()?),
    }
}

/// Writes an event; once a second, with the generator's own line, all of it goes to the file, and with the ledger's
/// account to the disk.
fn keep(writer: &mut Writer, event: &Event) -> Result<(), WriteError> {
    writer.write(event)?;
    match event.kind {
        EventKind::Generator(_) | EventKind::Check(_) | EventKind::LoadEnded => writer.flush(),
        EventKind::Writes(_) | EventKind::ReadBack(_) => writer.sync(),
        _ => Ok(()),
    }
}

/// Reads a saved run back, judges it and hands it to its reports. A live run takes this way too, so judging it again gives
/// the same bytes.
pub(super) fn finish(
    folder: &Path,
    gates: Option<Vec<(Gate, Severity, String)>>,
    strictness: Strictness,
    destinations: &mut Destinations,
) -> Result<Exit, Failure> {
    let run = judged(folder, gates, strictness)?;
    if destinations.stdout_is_taken() {
        tell(format_args!("{}: {}", run.verdict, run.reason));
    }
    Ok(destinations.take(run))
}

/// Reads a saved run back and judges it, by its own gates where none are given.
pub(super) fn judged(
    folder: &Path,
    gates: Option<Vec<(Gate, Severity, String)>>,
    strictness: Strictness,
) -> Result<Run, Failure> {
    let (meta, _) = Reader::open(folder)?;
    let gates = match gates {
        Some(gates) => gates,
        None => planned_gates(&meta)?,
    };
    let broken = RefCell::new(None);
    let run = Run::judge(meta, gates, || readable(folder, &broken), strictness);
    match broken.into_inner() {
        Some(error) => Err(error.into()),
        None => Ok(run),
    }
}

/// The events of a saved run up to the first that cannot be read; why it cannot is left in `broken`.
fn readable<'a>(
    folder: &Path,
    broken: &'a RefCell<Option<ReadError>>,
) -> impl Iterator<Item = Event> + use<'a> {
    let events = match Reader::ahead(folder) {
        Ok(events) => Some(events),
        Err(error) => {
            broken.replace(Some(error));
            None
        }
    };
    events.into_iter().flatten().map_while(|event| match event {
        Ok(event) => Some(event),
        Err(error) => {
            broken.replace(Some(error));
            None
        }
    })
}

fn planned_gates(meta: &Meta) -> Result<Vec<(Gate, Severity, String)>, Failure> {
    let gates = meta.gates.iter().map(|plan| match Gate::parse(&plan.gate) {
        Ok(gate) => Ok((gate, plan.severity, plan.gate.clone())),
        Err(error) => {
            Err(Failure::Usage(format!("the saved gate `{}` is not understood: {error}", plan.gate)))
        }
    });
    gates.collect()
}

/// The machine that drives the load.
pub(super) fn machine() -> Machine {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Machine {
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cores: u32::try_from(cores).unwrap_or(u32::MAX),
    }
}
