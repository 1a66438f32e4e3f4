//! The story of a run: check the target, reach it, load it while faults are injected, check it again.

use super::audit::Auditor;
use super::batch::Batch;
use super::checks::{self, Round};
use super::dispatch::Dispatch;
use super::faults::{Running, Session};
use super::ledger::Bookkeeper;
use super::pool::not_shared;
use super::users::{self, Crew, UsersError};
use super::worker::Worker;
use super::{LoadPlan, RunPlan, calls, watching};
use crate::check::Effort;
use crate::clock::{Clock, Offset};
use crate::event::{CheckEnd, Counted, Ending, Event, EventKind, Phase};
use crate::history::StagePlan;
use crate::sample::ErrorClass;
use crate::transport::{Connection, Failure, Target};
use crate::verdict::{Severity, Verdict};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Why a run could not be driven at all.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The system gives no thread.
    #[error("cannot start a worker thread: {0}; lower `load.workers` or raise the limit of processes")]
    Thread(#[source] io::Error),
    /// There are no users.
    #[error(transparent)]
    Users(#[from] UsersError),
}

/// How others stop a run: true once somebody asked.
#[derive(Debug, Clone)]
pub struct Control {
    asked: watch::Receiver<bool>,
}

/// Asks a run to stop. Whoever has a clone may.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Control {
    /// A control and the means to stop it.
    pub fn new() -> (Stop, Control) {
        let (stop, asked) = watch::channel(false);
        (Stop(stop), Control { asked })
    }

    /// Whether somebody asked the run to stop.
    pub fn stops(&self) -> bool {
        *self.asked.borrow()
    }

    /// What `work` gives, or nothing when somebody asks to stop before it is done.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut asked = self.asked.clone();
        tokio::select! {
            done = work => Some(done),
            Ok(_) = asked.wait_for(|asked| *asked) => None,
        }
    }
}

impl Stop {
    /// No further arrivals; what is in flight gets its timeout.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }
}

/// Time for all workers to be ready before the first arrival.
const HEAD_START: Duration = Duration::from_millis(50);
/// Batches under way; a worker waits when the dispatcher is that far behind.
const BATCHES: usize = 256;

/// Drives a run and says what happens, in order, how much that was and its ending last. The run's clock starts with the
/// load; what comes before it is stamped 0, but the end of a run without a load tells how long it took. A run with faults
/// needs the hold on its namespace that `prepare` gives; it is given back.
///
/// # Errors
/// Only what keeps the run from being driven at all; everything that a target does is an event.
pub async fn drive(
    plan: &RunPlan,
    mut session: Option<Session>,
    stages: &[StagePlan],
    control: &Control,
    say: &mut dyn FnMut(Event),
) -> Result<(), EngineError> {
    let (begun, mut clock) = (Instant::now(), None);
    let mut counted = Counted::default();
    let mut tell = |event: Event| {
        counted.add(&event);
        say(event);
    };
    let told = story(plan, &mut session, stages, control, &mut clock, &mut tell).await;
    // The load never began, so the faults did not either.
    if let Some(session) = session {
        for text in session.end().await {
            tell(Event { at: Offset::ZERO, kind: EventKind::Trouble { text } });
        }
    }
    let told = told?;
    // Whenever somebody asked: what was under way then is not what was planned, and no other run may follow.
    let ending = if *control.asked.borrow() { Ending::Interrupted } else { told };
    let at = clock.map_or_else(|| Offset::ZERO + begun.elapsed(), |clock: Clock| clock.now());
    say(Event { at, kind: EventKind::Counted(counted) });
    say(Event { at, kind: EventKind::Ended(ending) });
    Ok(())
}

async fn story(
    plan: &RunPlan,
    session: &mut Option<Session>,
    stages: &[StagePlan],
    control: &Control,
    clock: &mut Option<Clock>,
    say: &mut dyn FnMut(Event),
) -> Result<Ending, EngineError> {
    if let Some(watch) = &plan.watch {
        let started = *clock.insert(Clock::start());
        return Ok(watching::watch(plan, watch, started, control, say).await);
    }
    let mut failed = false;
    let mut tell = |end: CheckEnd| {
        failed |= end.verdict == Verdict::Fail && end.severity == Severity::Fail;
        say(Event { at: Offset::ZERO, kind: EventKind::Check(end) });
    };
    let round = Round { phase: Phase::Before, effort: Effort::Whole };
    if checks::run(plan, round, control, &mut tell).await.is_none() {
        return Ok(Ending::Interrupted);
    }
    if failed {
        return Ok(Ending::SmokeFailed);
    }
    let Some(load) = &plan.load else { return Ok(Ending::Completed) };
    match control.unless_stopped(prepare_ledger(plan)).await {
        Some(Ok(())) | None => {}
        Some(Err(why)) => {
            let reason = format!(
                "the ledger cannot write: {}; correct its place, or remove it",
                plan.secrets.redact(&why)
            );
            return Ok(Ending::Unreachable { reason });
        }
    }
    if control.stops() {
        return Ok(Ending::Interrupted);
    }
    let (addresses, connection) = match reach_for(load).await {
        Ok(reached) => reached,
        Err(failure) => {
            let reason = format!("{}; {}", plan.secrets.redact(&failure.text), failure.next_move());
            return Ok(Ending::Unreachable { reason });
        }
    };
    match control.unless_stopped(calls::prepare(plan, load, connection)).await {
        None => return Ok(Ending::Interrupted),
        Some(Err(reason)) => return Ok(Ending::Unreachable { reason: plan.secrets.redact(&reason) }),
        Some(Ok(())) => {}
    }
    let crew = match control.unless_stopped(users::gather(load)).await {
        Some(crew) => crew.map_err(|error| error.masked(&plan.secrets))?,
        None => return Ok(Ending::Interrupted),
    };
    let started = *clock.insert(Clock::starting_at(Instant::now() + HEAD_START));
    let drivers = Drivers { addresses, crew };
    let aborted = run_load(plan, load, stages, (started, drivers, session), control, say).await?;
    if control.stops() {
        return Ok(Ending::Interrupted);
    }
    if let Some(reason) = aborted {
        return Ok(Ending::Aborted { reason });
    }
    let mut tell = |end| say(Event { at: started.now(), kind: EventKind::Check(end) });
    let round = Round { phase: Phase::After, effort: Effort::Whole };
    // Whether it was stopped is looked at in the end, for all of the run.
    let _ = checks::run(plan, round, control, &mut tell).await;
    Ok(Ending::Completed)
}

async fn prepare_ledger(plan: &RunPlan) -> Result<(), String> {
    match &plan.ledger {
        Some(ledger) => ledger.client.prepare().await,
        None => Ok(()),
    }
}

/// What the load needs of its target: its addresses and a connection, which several requests can share where they have
/// to.
async fn reach_for(load: &LoadPlan) -> Result<(Vec<SocketAddr>, Connection), Failure> {
    let (addresses, connection) = reach(&load.target).await?;
    if load.connections.streams > 1 && connection.share().is_none() {
        return Err(not_shared());
    }
    Ok((addresses, connection))
}

/// The target's addresses, and a connection that one of them took.
///
/// # Errors
/// Its name has no address, or none of them takes one.
pub async fn reach(target: &Target) -> Result<(Vec<SocketAddr>, Connection), Failure> {
    let addresses = target.resolve().await?;
    let mut last = None;
    for address in &addresses {
        match Connection::open(target, *address).await {
            Ok(opened) => return Ok((addresses, opened.connection)),
            Err(failure) => last = Some(failure),
        }
    }
    Err(last.unwrap_or_else(|| Failure::new(ErrorClass::Dns, "the target's name has no address")))
}

/// What sends the load.
struct Drivers {
    /// Where worker threads connect to.
    addresses: Vec<SocketAddr>,
    /// The process that drives users, instead of threads.
    crew: Option<Crew>,
}

/// What sends the load, at work.
struct Driving {
    threads: Vec<thread::JoinHandle<io::Result<()>>>,
    crew: Option<tokio::task::JoinHandle<Result<(), UsersError>>>,
}

impl Drivers {
    fn start(
        self,
        load: &Arc<LoadPlan>,
        clock: Clock,
        batches: &mpsc::Sender<(u32, Batch)>,
        stop: &watch::Receiver<bool>,
    ) -> io::Result<Driving> {
        if let Some(crew) = self.crew {
            let crew = tokio::spawn(crew.work(clock, batches.clone(), stop.clone()));
            return Ok(Driving { threads: Vec::new(), crew: Some(crew) });
        }
        let start = |number| {
            let worker = Worker {
                plan: load.clone(),
                clock,
                number,
                addresses: self.addresses.clone(),
                batches: batches.clone(),
                stop: stop.clone(),
            };
            thread::Builder::new().name(format!("load-{number}")).spawn(move || worker.run())
        };
        let threads = (0..load.workers).map(start).collect::<io::Result<_>>()?;
        Ok(Driving { threads, crew: None })
    }
}

impl Driving {
    /// Waits for the end of all; gives what went wrong with them.
    async fn end(self) -> Vec<String> {
        let threads = self.threads.into_iter().filter_map(|thread| match thread.join() {
            Ok(Ok(())) => None,
            Ok(Err(e)) => Some(format!("a worker could not run: {e}")),
            Err(_) => Some("a worker panicked; part of the load is missing".to_owned()),
        });
        let mut troubles: Vec<String> = threads.collect();
        if let Some(crew) = self.crew {
            match crew.await {
                Ok(Ok(())) => {}
                Ok(Err(e)) => troubles.push(e.to_string()),
                Err(_) => {
                    troubles.push("who leads the users panicked; part of the load is missing".to_owned());
                }
            }
        }
        troubles
    }
}

async fn run_load(
    plan: &RunPlan,
    load: &Arc<LoadPlan>,
    stages: &[StagePlan],
    (clock, drivers, session): (Clock, Drivers, &mut Option<Session>),
    control: &Control,
    say: &mut dyn FnMut(Event),
) -> Result<Option<String>, EngineError> {
    let (batches, received) = mpsc::channel(BATCHES);
    let (stop, told) = watch::channel(false);
    let auditor = Auditor::start(drivers.addresses.len());
    let driving = drivers.start(load, clock, &batches, &told).map_err(|error| {
        stop.send_replace(true);
        EngineError::Thread(error)
    })?;
    drop(batches);
    let faults = session.take().zip(plan.faults.clone());
    let mut faults = faults.map(|(session, faults)| Running::start(session, faults, clock));
    let ledger = plan.ledger.clone().map(|ledger| Bookkeeper::start(ledger, clock, control.asked.clone()));
    let mut ledger = ledger.transpose().map_err(|error| {
        stop.send_replace(true);
        EngineError::Thread(error)
    })?;
    let dispatch = Dispatch::new(plan, load, stages, (clock, auditor), say);
    let asked = control.asked.clone();
    let aborted = dispatch.listen(received, asked, &stop, (faults.as_mut(), ledger.as_mut())).await;
    for text in driving.end().await {
        say(Event { at: clock.now(), kind: EventKind::Trouble { text: plan.secrets.redact(&text) } });
    }
    Ok(aborted)
}
