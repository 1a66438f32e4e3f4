//! One worker: a thread with a runtime of its own, its part of the arrivals, its connections and its recorder.

use super::audit::Account;
use super::batch::Batch;
use super::lane::{self, Feed};
use super::pacer;
use super::shared::Shared;
use super::{LoadPlan, Pace};
use crate::clock::{Clock, Offset};
use crate::timer::Timer;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::LocalOptions;
use tokio::sync::{mpsc, watch};

/// A worker's place among its fellows and its ways to the dispatcher.
pub(super) struct Worker {
    pub(super) plan: Arc<LoadPlan>,
    pub(super) clock: Clock,
    /// Its number, from 0.
    pub(super) number: u32,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) batches: mpsc::Sender<(u32, Batch)>,
    pub(super) stop: watch::Receiver<bool>,
}

/// Names may come to mean other addresses during a long run.
const RESOLVE_EVERY: Duration = Duration::from_secs(30);
/// After the turn of a second, so that on-time answers of it are in.
const HAND_OVER_AFTER: Duration = Duration::from_millis(50);

impl Worker {
    /// Runs until all its arrivals are answered; blocks the thread.
    pub(super) fn run(self) -> io::Result<()> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
        runtime.block_on(self.work())
    }

    async fn work(self) -> io::Result<()> {
        let shared = Rc::new(Shared::new(self.plan.clone(), self.clock, self.addresses.clone()));
        let helpers = [
            tokio::task::spawn_local(watch_for_stop(shared.clone(), self.stop.clone())),
            tokio::task::spawn_local(resolve_again(shared.clone())),
            tokio::task::spawn_local(give_up_late(shared.clone())),
            tokio::task::spawn_local(hand_over(shared.clone(), self.batches.clone(), self.number)),
        ];
        match &self.plan.pace {
            Pace::Open(schedule) => {
                let timer = Timer::new()?;
                let arrivals = schedule.share(self.number, self.plan.workers);
                let limit = self.share_of(self.plan.max_in_flight);
                // A task like the lanes, because the runtime gives them their turns in the order of their waking.
                let pacer = pacer::pace(shared.clone(), arrivals, limit, timer);
                if let Err(ended) = tokio::task::spawn_local(pacer).await
                    && let Ok(panic) = ended.try_into_panic()
                {
                    std::panic::resume_unwind(panic);
                }
            }
            Pace::Closed { connections, .. } => self.start_closed_lanes(&shared, *connections).await,
            // Users have a process of their own and no worker.
            Pace::Users { .. } => {}
        }
        while shared.in_flight.get() > 0 || shared.closed_model_goes_on(shared.clock.now()) {
            shared.drained.notified().await;
        }
        helpers.iter().for_each(tokio::task::JoinHandle::abort);
        // The dispatcher ends only after all workers; if it is gone there is nobody left to tell.
        let _ = self.batches.send((self.number, batch(&shared, u64::MAX))).await;
        Ok(())
    }

    async fn start_closed_lanes(&self, shared: &Rc<Shared>, connections: u32) {
        let streams = u64::from(self.plan.connections.streams);
        let stride = u64::from(connections) * streams;
        tokio::time::sleep_until(self.clock.instant(Offset::ZERO).into()).await;
        for connection in (self.number..connections).step_by(self.plan.workers as usize) {
            for stream in 0..streams {
                let feed = Feed::Asap { next: u64::from(connection) * streams + stream, stride };
                tokio::task::spawn_local(lane::run(shared.clone(), feed));
            }
        }
    }

    /// This worker's part of a limit; the first workers take the remainder.
    fn share_of(&self, limit: u32) -> u64 {
        let (all, mine) = (self.plan.workers.max(1), self.number);
        u64::from(limit / all + u32::from(mine < limit % all))
    }
}

async fn watch_for_stop(shared: Rc<Shared>, mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_ok() {
        shared.stop();
    }
}

async fn give_up_late(shared: Rc<Shared>) {
    let steps = shared.plan.journeys.iter().flat_map(|journey| &journey.steps);
    let shortest = steps.map(|step| step.timeout).min().unwrap_or(RESOLVE_EVERY);
    shared.deadlines.watch(shortest).await;
}

async fn resolve_again(shared: Rc<Shared>) {
    loop {
        tokio::time::sleep(RESOLVE_EVERY).await;
        // While the name service does not answer, the last known addresses go on serving.
        if let Ok(found) = shared.plan.target.resolve().await {
            shared.set_addresses(found);
        }
    }
}

async fn hand_over(shared: Rc<Shared>, batches: mpsc::Sender<(u32, Batch)>, number: u32) {
    for second in 1.. {
        let due = Offset::from_micros(second * 1_000_000) + HAND_OVER_AFTER;
        tokio::time::sleep_until(shared.clock.instant(due).into()).await;
        if batches.send((number, batch(&shared, second))).await.is_err() {
            return;
        }
    }
}

fn batch(shared: &Shared, second: u64) -> Batch {
    let mut recorder = shared.recorder.borrow_mut();
    let (examples, trouble) = recorder.take_words();
    Batch {
        second,
        deltas: recorder.take_before(second),
        examples,
        in_flight: shared.in_flight.get(),
        connections: shared.connections.get(),
        account: Account::of_this_thread(),
        trouble,
        cpu: Duration::ZERO,
    }
}
