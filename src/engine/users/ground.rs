//! What all users share: the plan, the clock, what is recorded, and whether it is over.

use super::super::batch::Batch;
use super::super::recorder::Recorder;
use super::super::{LoadPlan, Pace};
use super::count::Count;
use super::prepare::Prepared;
use crate::clock::{Clock, Offset};
use crate::engine::audit::Account;
use crate::journey::StepFailure;
use crate::load::{Crowd, Presence};
use crate::sample::{EndpointId, Sample};
use crate::transport::{Clients, Names};
use rustix::time::{ClockId, clock_gettime};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// What all users share.
pub(super) struct Ground {
    pub(super) plan: LoadPlan,
    pub(super) clock: Clock,
    pub(super) clients: Clients,
    pub(super) names: Arc<Names>,
    /// Requests under way.
    pub(super) in_flight: Count,
    /// Connections that are kept, as far as their users know.
    pub(super) connections: Count,
    crowd: Crowd,
    recorder: Mutex<Recorder>,
    /// Processor time up to the last batch.
    told: Mutex<Duration>,
    stop: watch::Sender<bool>,
    seats: AtomicU32,
}

impl Ground {
    /// The ground of a load of users; none for any other load.
    pub(super) fn new(prepared: Prepared, clock: Clock) -> Option<Ground> {
        let Prepared { plan, names, clients } = prepared;
        let Pace::Users { crowd, .. } = &plan.pace else { return None };
        Some(Ground {
            crowd: crowd.clone(),
            recorder: Mutex::new(Recorder::new(plan.endpoints.len(), plan.within)),
            plan,
            clock,
            clients,
            names,
            in_flight: Count::default(),
            connections: Count::default(),
            told: Mutex::default(),
            stop: watch::Sender::new(false),
            seats: AtomicU32::new(0),
        })
    }

    /// How many users there are at most.
    pub(super) fn users(&self) -> u32 {
        self.crowd.most()
    }

    /// The number of a user who is new, from 0.
    pub(super) fn seat(&self) -> u32 {
        self.seats.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a user is there now.
    pub(super) fn presence(&self, user: u32) -> Presence {
        self.crowd.presence(user, self.clock.now())
    }

    /// No further requests from now on; pauses end at once.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether no further request is made: the plan's end has come, or somebody asked.
    pub(super) fn is_over(&self) -> bool {
        *self.stop.borrow() || self.clock.now() >= self.crowd.end()
    }

    /// Waits until `at`, or until it is over.
    pub(super) async fn rest(&self, at: Offset) {
        let at = self.clock.instant(at.min(self.crowd.end()));
        let mut stopped = self.stop.subscribe();
        // Whichever comes first, the rest is over; the sender lives as long as this.
        let _ = tokio::time::timeout_at(at.into(), stopped.wait_for(|stop| *stop)).await;
    }

    /// Waits until it is over.
    pub(super) async fn until_over(&self) {
        self.rest(self.crowd.end()).await;
    }

    /// Counts a finished request.
    pub(super) fn record(&self, sample: &Sample) {
        let stage = u16::try_from(self.crowd.stage_at(sample.planned)).unwrap_or(u16::MAX);
        self.recorder().record(sample, stage);
    }

    /// Keeps the words of a failure when it is the first of its class there.
    pub(super) fn example(&self, endpoint: EndpointId, failure: &StepFailure) {
        self.recorder().example(endpoint, failure.class, &failure.text);
    }

    /// Notes that something of ours went wrong.
    pub(super) fn trouble(&self, text: String) {
        self.recorder().trouble(text);
    }

    /// What was recorded of the seconds before `second` and not handed over yet.
    pub(super) fn batch(&self, second: u64) -> Batch {
        let (deltas, (examples, trouble)) = {
            let mut recorder = self.recorder();
            (recorder.take_before(second), recorder.take_words())
        };
        Batch {
            second,
            deltas,
            examples,
            in_flight: self.in_flight.get(),
            connections: self.connections.get(),
            trouble,
            cpu: self.cpu(),
            // Who hands over waits for a core as the users do.
            account: Account::of_this_thread(),
        }
    }

    /// Processor time that this process used since the last time that this was asked.
    fn cpu(&self) -> Duration {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        let used = Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        used.saturating_sub(std::mem::replace(&mut *told, used))
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
