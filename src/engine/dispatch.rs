//! The one place where everything of a load comes together: batches of the workers, the end of stages, what the faults
//! tell, Ctrl-C.

use super::abort::Abort;
use super::audit::{Account, Auditor, Open};
use super::batch::{Batch, Example};
use super::broken::Broken;
use super::faults::{Running, Told};
use super::ledger::Bookkeeper;
use super::trusted::Trusted;
use super::{LoadPlan, RunPlan};
use crate::clock::{Clock, Offset};
use crate::event::{Event, EventKind, GeneratorSecond, ReadBack};
use crate::history::StagePlan;
use crate::sample::{EndpointId, ErrorClass};
use crate::stats::Delta;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// A look at less than this says more of chance than of the generator.
const SHORTEST_LOOK: Duration = Duration::from_millis(500);

/// Collects what the workers hand over and says it in order.
pub(super) struct Dispatch<'a> {
    run: &'a RunPlan,
    load: &'a LoadPlan,
    stages: &'a [StagePlan],
    clock: Clock,
    say: &'a mut dyn FnMut(Event),
    /// Parts of windows by second, stage and endpoint, until every worker's part is in.
    pending: BTreeMap<(u64, u16, EndpointId), Delta>,
    /// Up to which second each worker has reported, and its gauges.
    reported: Vec<(u64, u64, u64)>,
    said: BTreeSet<(EndpointId, ErrorClass)>,
    /// How long the thread of each worker ran and waited, as it reported.
    accounts: Vec<Option<Account>>,
    trusted: Trusted,
    broken: Broken,
    abort: Abort,
    aborted: Option<String>,
    next_stage: usize,
    auditor: Auditor,
    /// The second before which all are settled.
    second: u64,
    /// The second before which the generator told of itself.
    told: u64,
    /// What it told last.
    last: Option<GeneratorSecond>,
}

impl<'a> Dispatch<'a> {
    pub(super) fn new(
        run: &'a RunPlan,
        load: &'a LoadPlan,
        stages: &'a [StagePlan],
        (clock, auditor): (Clock, Auditor),
        say: &'a mut dyn FnMut(Event),
    ) -> Dispatch<'a> {
        let reported = vec![(0, 0, 0); load.workers as usize];
        let (pending, said, broken) = (BTreeMap::new(), BTreeSet::new(), Broken::default());
        Dispatch {
            run,
            load,
            stages,
            clock,
            say,
            pending,
            reported,
            said,
            accounts: vec![None; load.workers as usize],
            trusted: Trusted::new(load.limits),
            broken,
            abort: Abort::new(load),
            aborted: None,
            next_stage: 0,
            auditor,
            second: 0,
            told: 0,
            last: None,
        }
    }

    /// Listens until the last worker has ended. `asked` is Ctrl-C; `stop` tells the workers. The faults end with the
    /// load, at once where it is stopped, and the ledger with the faults. Gives why the run was ended early, if it was.
    pub(super) async fn listen(
        mut self,
        mut batches: mpsc::Receiver<(u32, Batch)>,
        mut asked: watch::Receiver<bool>,
        stop: &watch::Sender<bool>,
        (mut faults, mut ledger): (Option<&mut Running>, Option<&mut Bookkeeper>),
    ) -> Option<String> {
        loop {
            if *stop.borrow() {
                if let Some(faults) = &faults {
                    faults.wind_up();
                }
                if let Some(ledger) = &ledger {
                    ledger.stop();
                }
            }
            let next_stage = self.stages.get(self.next_stage).map(|stage| stage.start);
            tokio::select! {
                batch = batches.recv() => match batch {
                    Some((worker, batch)) => self.take(worker, batch, stop),
                    None => break,
                },
                Ok(_) = asked.wait_for(|asked| *asked), if !*stop.borrow() => {
                    stop.send_replace(true);
                }
                told = tell_of(&mut faults) => self.hear(told, stop),
                event = account_of(&mut ledger) => self.pass_on(event),
                () = sleep_until(self.clock, next_stage), if next_stage.is_some() => self.start_stage(),
            }
        }
        self.settle(u64::MAX);
        self.tell_of_the_end();
        self.tell(EventKind::LoadEnded);
        if let Some(faults) = faults {
            faults.wind_up();
            loop {
                tokio::select! {
                    told = faults.next() => match told {
                        Some(told) => self.hear(told, stop),
                        None => break,
                    },
                    event = account_of(&mut ledger) => self.pass_on(event),
                }
            }
        }
        if let Some(ledger) = ledger {
            ledger.read_back();
            while let Some(event) = ledger.next().await {
                self.pass_on(event);
            }
        }
        self.aborted
    }

    /// What the faults tell.
    fn hear(&mut self, told: Told, stop: &watch::Sender<bool>) {
        match told {
            Told::Event(event) => self.pass_on(*event),
            Told::Abort(reason) => self.end_early(reason, stop),
        }
    }

    fn pass_on(&mut self, event: Event) {
        let event = self.redacted(event);
        (self.say)(event);
    }

    /// What came from the cluster or from a database may hold what must not be said.
    fn redacted(&self, mut event: Event) -> Event {
        match &mut event.kind {
            EventKind::Fault(step) => step.text = self.run.secrets.redact(&step.text),
            EventKind::Cluster(change) => change.state = self.run.secrets.redact(&change.state),
            EventKind::Trouble { text } => *text = self.run.secrets.redact(text),
            EventKind::ReadBack(ReadBack { failed: Some(why), .. }) => *why = self.run.secrets.redact(why),
            _ => {}
        }
        event
    }

    fn end_early(&mut self, reason: String, stop: &watch::Sender<bool>) {
        if self.aborted.is_none() {
            self.aborted = Some(reason);
            stop.send_replace(true);
        }
    }

    fn tell(&mut self, kind: EventKind) {
        (self.say)(Event { at: self.clock.now(), kind });
    }

    fn start_stage(&mut self) {
        let stage = u16::try_from(self.next_stage).unwrap_or(u16::MAX);
        self.next_stage += 1;
        self.tell(EventKind::StageStarted { stage });
    }

    fn take(&mut self, worker: u32, batch: Batch, stop: &watch::Sender<bool>) {
        if let Some(reported) = self.reported.get_mut(worker as usize) {
            *reported = (batch.second, batch.in_flight, batch.connections);
        }
        if let Some(account) = self.accounts.get_mut(worker as usize) {
            *account = batch.account;
        }
        self.auditor.add_elsewhere(batch.cpu);
        for delta in batch.deltas {
            if self.load.may_end_early() {
                self.trusted.add(&delta);
                self.broken.add(self.load, &delta);
                self.abort.add(self.load, &delta, batch.second);
            }
            let key = (delta.second, delta.stage, delta.endpoint);
            match self.pending.entry(key) {
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(delta);
                }
                std::collections::btree_map::Entry::Occupied(mut part) => part.get_mut().merge(&delta),
            }
        }
        batch.examples.into_iter().for_each(|example| self.give_example(&example));
        batch.trouble.into_iter().for_each(|text| self.tell(EventKind::Trouble { text }));
        let complete = self.reported.iter().map(|(second, ..)| *second).min().unwrap_or(0);
        if complete > self.second && complete < u64::MAX {
            self.settle(complete);
            self.second = complete;
            self.tell_of_generator(complete);
            self.look_for_broken_gate(complete, stop);
            if let Some(abort) = &self.load.abort_when
                && let Some(reason) = self.abort.reason(abort, complete, &self.trusted)
            {
                self.end_early(reason, stop);
            }
        }
    }

    /// Says all windows before `second`; the parts of every worker are in.
    fn settle(&mut self, second: u64) {
        let later = self.pending.split_off(&(second, 0, EndpointId(0)));
        for (_, delta) in std::mem::replace(&mut self.pending, later) {
            self.tell(EventKind::Window(Box::new(delta)));
        }
    }

    fn give_example(&mut self, example: &Example) {
        if self.said.insert((example.endpoint, example.class)) {
            let text = self.run.secrets.redact(&example.text);
            self.tell(EventKind::Example { endpoint: example.endpoint, class: example.class, text });
        }
    }

    /// Tells of all seconds before this one that were not told yet. Usually it is one; a generator that got no core for
    /// several tells the same of each.
    fn tell_of_generator(&mut self, complete: u64) {
        // A worker that is late hands over an older second than those that were looked at.
        let before = complete.max(self.clock.now().second());
        if before > self.told {
            let open = self.reported.iter().fold(Open::default(), |sum, (_, in_flight, connections)| Open {
                in_flight: sum.in_flight + in_flight,
                connections: sum.connections + connections,
            });
            let said = self.auditor.look(complete, open, &self.accounts);
            self.tell_of_each(before, &said);
            self.last = Some(said);
        }
    }

    /// The last second is over when its answers are in, which may be a moment after its last arrival or a long time.
    fn tell_of_the_end(&mut self) {
        let before = self.clock.now().second() + 1;
        if self.auditor.since() >= SHORTEST_LOOK {
            self.tell_of_generator(before);
        } else if let Some(last) = self.last.take() {
            // That look was late, and saw most of this second.
            self.tell_of_each(before, &last);
        }
    }

    fn tell_of_each(&mut self, before: u64, said: &GeneratorSecond) {
        for second in self.told..before {
            let said = GeneratorSecond { second, ..said.clone() };
            if self.load.may_end_early() {
                self.trusted.said(&said);
            }
            self.tell(EventKind::Generator(said));
        }
        self.told = self.told.max(before);
    }

    fn look_for_broken_gate(&mut self, second: u64, stop: &watch::Sender<bool>) {
        if self.load.until_broken.is_empty() || *stop.borrow() {
            return;
        }
        self.broken.add_up(&self.load.until_broken, second, &self.trusted);
        // The stage whose last second has just been settled.
        let ended = |stage: &StagePlan| stage.end.micros().div_ceil(1_000_000) == second;
        let Some(place) = self.stages.iter().position(ended) else { return };
        let stage = u16::try_from(place).unwrap_or(u16::MAX);
        let ended = (stage, &self.stages[place]);
        if let Some(broken) = self.broken.in_stage(&self.load.until_broken, ended, &self.trusted) {
            self.tell(EventKind::Broke { stage, gate: broken.gate, reason: broken.reason });
            stop.send_replace(true);
        }
    }
}

/// What the faults tell next; never, where there is nothing more to tell.
async fn tell_of(faults: &mut Option<&mut Running>) -> Told {
    if let Some(running) = faults
        && let Some(told) = running.next().await
    {
        return told;
    }
    std::future::pending().await
}

/// What the ledger tells next; never, where there is nothing more to tell.
async fn account_of(ledger: &mut Option<&mut Bookkeeper>) -> Event {
    if let Some(ledger) = ledger
        && let Some(event) = ledger.next().await
    {
        return event;
    }
    std::future::pending().await
}

async fn sleep_until(clock: Clock, at: Option<Offset>) {
    if let Some(at) = at {
        tokio::time::sleep_until(clock.instant(at).into()).await;
    }
}
