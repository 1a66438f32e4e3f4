//! The keeper of one container: starts it, probes it, starts it again, ends it.

use crate::node::board::{End, Slot, State};
use crate::node::environment;
use crate::node::image::Container;
use crate::node::limits;
use crate::node::meter::Whose;
use crate::node::mount::{mounts, relocate};
use crate::node::probe::{self, Subject};
use crate::node::process::{Process, Program};
use crate::node::worker::Context;
use crate::node::{action, expand, layout};
use crate::object;
use crate::recorder::Tone;
use crate::store::ObjectKey;
use jiff::Timestamp;
use serde_json::Value;
use std::fs::OpenOptions;
use std::pin::pin;
use std::process::Stdio;
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
            let program = match self.prepare() {
                Ok(program) => program,
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

    /// How to start it.
    fn prepare(&self) -> Result<Program, Trouble> {
        let config = |message| Trouble {
            reason: "CreateContainerConfigError",
            later: "CreateContainerConfigError",
            message,
        };
        let image = object::text(&self.container, "/image");
        let mut env = environment::base(&self.context);
        let mut own = env.clone();
        let mounts = mounts(&self.context, &self.container);
        environment::apply(&self.context, &self.container, &mounts, &mut own).map_err(config)?;
        let wanted = Container {
            name: self.name().to_owned(),
            address: self.context.lease.address(),
            env: own.0,
            folder: self.context.folder.clone(),
            mounts,
            supervisor: self.context.shared.supervisor.clone(),
        };
        let launch = self.context.shared.images.resolve(image, &wanted);
        let launch = launch.map_err(|message| Trouble {
            reason: "ErrImagePull",
            later: "ImagePullBackOff",
            message,
        })?;
        layout::lay_out(&self.context.shared.root, &wanted, &launch).map_err(|message| Trouble {
            reason: "CreateContainerError",
            later: "CreateContainerError",
            message,
        })?;
        let places = wanted.places(&launch.folders);
        launch.env.into_iter().for_each(|(name, value)| env.set(&name, relocate(&value, &places)));
        environment::apply(&self.context, &self.container, &places, &mut env).map_err(config)?;
        let words = |key: &str| -> Option<Vec<String>> {
            let list = self.container[key].as_array().filter(|list| !list.is_empty())?;
            let word = |word: &Value| expand::expand(word.as_str().unwrap_or_default(), |name| env.get(name));
            Some(list.iter().map(|one| relocate(&word(one), &places)).collect())
        };
        let command = words("command");
        let args = words("args").or_else(|| command.is_none().then_some(launch.args)).unwrap_or_default();
        let mut command = command.unwrap_or(launch.entrypoint);
        command.extend(args);
        let given = Some(object::text(&self.container, "/workingDir")).filter(|given| !given.is_empty());
        let folder = match given.or(launch.working_dir.as_deref()) {
            None => self.context.folder.clone(),
            Some(path) => relocate(path, &places).into(),
        };
        Ok(Program { command, env: env.0, folder, user: launch.user, stop: launch.stop })
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

    async fn run_once(&mut self, program: &Program) -> End {
        let started = Timestamp::now();
        let mut process = match self.start(program) {
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
                };
            }
        };
        let id = process.id().await.map(|pid| format!("process://{pid}")).unwrap_or_default();
        let probed = |name: &str| self.container.get(name).is_some_and(Value::is_object);
        let booted = !probed("startupProbe");
        self.slot.change(|report| {
            report.state = State::Running { since: started };
            report.id.clone_from(&id);
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
        End { code, reason, message: String::new(), started: Some(started), finished: Timestamp::now(), id }
    }

    fn whose(&self) -> Whose {
        let pod = &self.context.pod;
        Whose {
            pod: ObjectKey::new(object::namespace(pod), object::name(pod)),
            node: object::text(pod, "/spec/nodeName").to_owned(),
            container: self.name().to_owned(),
        }
    }

    fn start(&self, program: &Program) -> std::io::Result<Process> {
        let folder = self.context.folder.join("logs").join(self.name());
        std::fs::create_dir_all(&folder)?;
        let run = self.slot.report().map_or(0, |report| report.restarts);
        let log = OpenOptions::new().create(true).append(true).open(folder.join(format!("{run}.log")))?;
        let both = (Stdio::from(log.try_clone()?), Stdio::from(log));
        Process::start(&self.context.shared.supervisor, program, both)
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

/// Why a container cannot be started, now and after the first try.
struct Trouble {
    reason: &'static str,
    later: &'static str,
    message: String,
}
