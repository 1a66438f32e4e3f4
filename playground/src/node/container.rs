//! The keeper of one container: starts it, probes it, starts it again, ends it.

use crate::node::action;
use crate::node::board::{End, Slot, State};
use crate::node::context::Context;
use crate::node::limits;
use crate::node::meter::Whose;
use crate::node::prepare::{Trouble, prepare};
use crate::node::probe::{self, Subject};
use crate::node::process::{Process, Program, Streams};
use crate::object;
use crate::recorder::Tone;
use crate::store::ObjectKey;
use crate::supervise::rotated;
use jiff::Timestamp;
use serde_json::Value;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// When a container starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restart {
    Always,
    OnFailure,
    Never,
}

/// The order to end, and by when.
pub(super) type Stop = watch::Receiver<Option<Instant>>;

/// A container and who keeps it.
pub(super) struct Keeper {
    pub(super) context: Arc<Context>,
    pub(super) container: Value,
    pub(super) slot: Slot,
    pub(super) restart: Restart,
    pub(super) stop: Stop,
}

impl Keeper {
    /// Runs until the container is not to run again, or was told to stop.
    pub(super) async fn run(mut self) {
        let mut failures: u32 = 0;
        while self.stop.borrow().is_none() {
            let program = match prepare(&self.context, &self.container) {
                Ok(program) => Arc::new(program),
                Err(trouble) => {
                    self.cannot_start(&trouble, failures).await;
                    failures += 1;
                    continue;
                }
            };
            let begun = Instant::now();
            let end = self.run_once(&program).await;
            let failed = end.code != 0;
            self.slot.change(|report| {
                report.state = State::Terminated(end.clone());
                (report.ready, report.started) = (false, false);
            });
            let again = match self.restart {
                Restart::Always => true,
                Restart::OnFailure => failed,
                Restart::Never => false,
            };
            if !again || self.stop.borrow().is_some() {
                break;
            }
            if begun.elapsed() > 2 * self.context.shared.back_off_limit {
                failures = 0;
            }
            self.back_off(end, failures).await;
            failures += 1;
        }
        self.slot.change(|report| report.over = true);
    }

    fn name(&self) -> &str {
        object::text(&self.container, "/name")
    }

    async fn cannot_start(&mut self, trouble: &Trouble, failures: u32) {
        self.context.event(Tone::Warning, "Failed", &trouble.message);
        let state = State::Waiting { reason: trouble.reason, message: trouble.message.clone() };
        self.slot.change(|report| report.state = state);
        if trouble.later != trouble.reason {
            // Long enough to be seen, as the try to pull is on a real node.
            self.pause(self.context.shared.back_off.min(Duration::from_millis(500))).await;
            let image = object::text(&self.container, "/image");
            let message =
                format!("Back-off pulling image \"{image}\": {}: {}", trouble.reason, trouble.message);
            self.context.event(Tone::Normal, "BackOff", &format!("Back-off pulling image \"{image}\""));
            self.slot.change(|report| report.state = State::Waiting { reason: trouble.later, message });
        }
        self.pause(self.wait_after(failures + 1)).await;
    }

    /// The first restart comes at once, the second after the first wait, which then doubles.
    fn wait_after(&self, failures: u32) -> Duration {
        match failures {
            0 => Duration::ZERO,
            more => {
                let wait = self.context.shared.back_off.saturating_mul(1 << (more - 1).min(20));
                wait.min(self.context.shared.back_off_limit)
            }
        }
    }

    async fn back_off(&mut self, end: End, failures: u32) {
        let wait = self.wait_after(failures);
        if !wait.is_zero() {
            let pod = &self.context.pod;
            let message = format!(
                "back-off {}s restarting failed container={} pod={}_{}({})",
                wait.as_secs_f64(),
                self.name(),
                object::name(pod),
                object::namespace(pod),
                object::uid(pod)
            );
            self.context.event(
                Tone::Warning,
                "BackOff",
                &format!("Back-off restarting failed container {}", self.name()),
            );
            self.slot.change(|report| {
                report.state = State::Waiting { reason: "CrashLoopBackOff", message };
                report.last = Some(end.clone());
            });
            self.pause(wait).await;
        }
        if self.stop.borrow().is_none() {
            self.slot.change(|report| {
                report.last = Some(end);
                report.restarts += 1;
            });
        }
    }

    /// Sleeps, unless it is time to stop.
    async fn pause(&mut self, wait: Duration) {
        let _ = tokio::time::timeout(wait, self.stop.wait_for(Option::is_some)).await;
    }

    async fn run_once(&mut self, program: &Arc<Program>) -> End {
        let started = Timestamp::now();
        let run = self.slot.report().map_or(0, |report| report.restarts);
        let mut process = match self.start(program, run) {
            Ok(process) => process,
            Err(error) => {
                let message = format!("failed to start container \"{}\": {error}", self.name());
                self.context.event(Tone::Warning, "Failed", &format!("Error: {message}"));
                return End {
                    code: 128,
                    reason: "StartError",
                    message,
                    started: None,
                    finished: Timestamp::now(),
                    id: String::new(),
                    run,
                };
            }
        };
        let id = process.id().await.map(|pid| format!("process://{pid}")).unwrap_or_default();
        let probed = |name: &str| self.container.get(name).is_some_and(Value::is_object);
        let booted = !probed("startupProbe");
        self.slot.change(|report| {
            report.state = State::Running { since: started };
            report.id.clone_from(&id);
            report.program = Some(Arc::clone(program));
            (report.started, report.ready) = (booted, booted && !probed("readinessProbe"));
        });
        self.context.event(Tone::Normal, "Started", &format!("Started container {}", self.name()));
        let metered = self.context.shared.meter.enter(process.supervisor(), self.whose());
        let (spec, name, slot) = (self.context.spec.subscribe(), self.name().to_owned(), self.slot.clone());
        let limits = limits::enforce(spec, &name, &slot, process.orders(), metered.as_ref());
        let code = tokio::select! {
            code = self.attend(&mut process, program) => code,
            never = limits => match never {},
        };
        let reason = match code {
            _ if metered.is_some_and(|metered| metered.was_killed()) => "OOMKilled",
            0 => "Completed",
            _ => "Error",
        };
        let (started, finished) = (Some(started), Timestamp::now());
        End { code, reason, message: String::new(), started, finished, id, run }
    }

    fn whose(&self) -> Whose {
        let pod = &self.context.pod;
        Whose {
            pod: ObjectKey::new(object::namespace(pod), object::name(pod)),
            node: object::text(pod, "/spec/nodeName").to_owned(),
            container: self.name().to_owned(),
        }
    }

    /// Starts it with a new log. As on a real node, the logs of the present and the previous run are kept.
    fn start(&self, program: &Program, run: u32) -> std::io::Result<Process> {
        let log = |run| self.context.shared.log(object::uid(&self.context.pod), self.name(), run);
        let path = log(run);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if let Some(old) = run.checked_sub(2).map(log) {
            // Most runs have no second file.
            let _ = std::fs::remove_file(rotated(&old));
            let _ = std::fs::remove_file(old);
        }
        Process::start(&self.context.shared.supervisor, program, Streams::Log(&path))
    }

    /// Stays with a running program to its end; returns its exit code.
    async fn attend(&mut self, process: &mut Process, program: &Program) -> i32 {
        let context = Arc::clone(&self.context);
        let subject = Subject { context: &context, container: &self.container, program, slot: &self.slot };
        let mut readiness = pin!(probe::readiness(subject));
        let health = pin!(probe::health(subject));
        let mut stop = self.stop.clone();
        let grace = tokio::select! {
            code = process.wait() => return code,
            () = &mut readiness => None,
            (which, grace) = health => {
                let name = object::text(&self.container, "/name");
                let message = format!("Container {name} failed {which} probe, will be restarted");
                context.event(Tone::Normal, "Killing", &message);
                let own = context.pod["spec"]["terminationGracePeriodSeconds"].as_u64();
                Some(Duration::from_secs(grace.or(own).unwrap_or(30)))
            }
            _ = stop.wait_for(Option::is_some) => {
                let name = object::text(&self.container, "/name");
                context.event(Tone::Normal, "Killing", &format!("Stopping container {name}"));
                None
            }
        };
        let own_deadline = grace.map(|grace| Instant::now() + grace);
        // A Pod that is ending is probed for readiness to its end.
        tokio::select! {
            code = end(subject, process, &mut stop, own_deadline) => code,
            () = readiness => 137,
        }
    }
}

/// Ends a program: the hook, the image's stop signal, then SIGKILL when the time is over, which may be shortened meanwhile.
async fn end(subject: Subject<'_>, process: &mut Process, stop: &mut Stop, own: Option<Instant>) -> i32 {
    let deadline = |stop: &Stop| match (*stop.borrow(), own) {
        (Some(stop), Some(own)) => stop.min(own),
        (stop, own) => stop.or(own).unwrap_or_else(Instant::now),
    };
    if let Some(hook) = subject.container.pointer("/lifecycle/preStop") {
        let limit = deadline(stop).saturating_duration_since(Instant::now());
        let hook = action::perform(subject.context, subject.container, subject.program, hook, limit);
        tokio::select! {
            code = process.wait() => return code,
            outcome = hook => if let Err(why) = outcome {
                subject.context.event(Tone::Warning, "FailedPreStopHook", &format!("PreStopHook failed: {why}"));
            },
            // The time was shortened.
            _ = stop.changed() => {}
        }
    }
    if deadline(stop) > Instant::now() {
        process.stop(subject.program.stop).await;
    }
    loop {
        let until = deadline(stop);
        tokio::select! {
            code = process.wait() => return code,
            () = tokio::time::sleep_until(until) => break,
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    process.kill().await;
    process.wait().await
}
