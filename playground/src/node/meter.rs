//! What the containers really use, once a second; who takes more memory than it may is killed.

use crate::metrics::{ContainerUsage, Measurements, PodUsage};
use crate::procfs::{Processes, proportional_memory};
use crate::store::ObjectKey;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// How often it is measured.
const PERIOD: Duration = Duration::from_secs(1);
/// CPU is told as the mean over this. A real cluster takes about 15 s; here, where everything goes faster, it is
/// just long enough that the kernel's ticks of 10 ms do not show.
const WINDOW: Duration = Duration::from_secs(5);
/// Nothing is told of a container that is younger.
const SHORTEST: Duration = Duration::from_millis(900);

/// Which container.
#[derive(Debug, Clone)]
pub(super) struct Whose {
    pub(super) pod: ObjectKey,
    pub(super) node: String,
    pub(super) container: String,
}

/// The running containers, by the process ids of their supervisors.
#[derive(Debug, Default)]
pub(super) struct Meter {
    entries: Mutex<HashMap<i32, Entry>>,
}

#[derive(Debug)]
struct Entry {
    whose: Whose,
    most_memory: Option<u64>,
    killed: bool,
    memory: u64,
    /// CPU time used up to a moment, oldest first.
    samples: VecDeque<(Instant, Duration)>,
}

/// A container is measured until this is dropped.
#[derive(Debug)]
pub(super) struct Metered {
    meter: Arc<Meter>,
    supervisor: i32,
}

impl Metered {
    /// Sets how many bytes of memory it may use.
    pub(super) fn limit_memory(&self, most: Option<u64>) {
        if let Some(entry) = self.meter.lock().get_mut(&self.supervisor) {
            entry.most_memory = most;
        }
    }

    /// Whether it was killed because it used more.
    pub(super) fn was_killed(&self) -> bool {
        self.meter.lock().get(&self.supervisor).is_some_and(|entry| entry.killed)
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.meter.lock().remove(&self.supervisor);
    }
}

/// What the processes of one container use at a moment.
struct Reading {
    cpu: Duration,
    memory: u64,
    first: Vec<i32>,
}

impl Meter {
    fn lock(&self) -> MutexGuard<'_, HashMap<i32, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Measures the container below this supervisor from now on; `None` when that has ended already.
    pub(super) fn enter(self: &Arc<Self>, supervisor: Option<u32>, whose: Whose) -> Option<Metered> {
        let supervisor = i32::try_from(supervisor?).ok()?;
        let samples = VecDeque::from([(Instant::now(), Duration::ZERO)]);
        let entry = Entry { whose, most_memory: None, killed: false, memory: 0, samples };
        self.lock().insert(supervisor, entry);
        Some(Metered { meter: Arc::clone(self), supervisor })
    }

    /// Measures all containers once.
    fn sample(&self) -> Vec<PodUsage> {
        let supervisors: Vec<i32> = self.lock().keys().copied().collect();
        if supervisors.is_empty() {
            return Vec::new();
        }
        let processes = Processes::read();
        let now = Instant::now();
        let readings: Vec<(i32, Reading)> =
            supervisors.into_iter().map(|pid| (pid, read(&processes, pid))).collect();
        let mut entries = self.lock();
        for (pid, reading) in readings {
            if let Some(entry) = entries.get_mut(&pid) {
                entry.take(now, &reading);
            }
        }
        by_pod(entries.values())
    }
}

/// Measures and publishes for ever.
pub(super) async fn run(meter: Arc<Meter>, measurements: Measurements) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let meter = Arc::clone(&meter);
        // Reading hundreds of files takes milliseconds, which are not taken from the Pods' keepers.
        if let Ok(pods) = tokio::task::spawn_blocking(move || meter.sample()).await {
            measurements.publish(pods);
        }
    }
}

fn read(processes: &Processes, supervisor: i32) -> Reading {
    let below = processes.below(supervisor);
    let stats = || below.iter().filter_map(|pid| Some((*pid, processes.get(*pid)?)));
    let cleared = processes.get(supervisor).map_or(Duration::ZERO, |stat| stat.cleared);
    // What processes of one container share counts once, as in a control group.
    let memory = |(pid, resident): (i32, u64)| match below.len() {
        1 => resident,
        _ => proportional_memory(pid).unwrap_or(resident),
    };
    Reading {
        cpu: cleared + stats().map(|(_, stat)| stat.cpu).sum::<Duration>(),
        memory: stats().map(|(pid, stat)| memory((pid, stat.resident))).sum(),
        first: processes.children(supervisor).to_vec(),
    }
}

impl Entry {
    fn take(&mut self, now: Instant, reading: &Reading) {
        self.memory = reading.memory;
        // Descendants whose parents do not clear them away are forgotten by the kernel: never count backwards.
        let before = self.samples.back().map_or(Duration::ZERO, |(_, cpu)| *cpu);
        self.samples.push_back((now, reading.cpu.max(before)));
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
        if self.most_memory.is_some_and(|most| self.memory > most) {
            self.killed = true;
            for pid in reading.first.iter().filter_map(|pid| Pid::from_raw(*pid)) {
                // Its supervisor kills the rest. An error means that it has just ended.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }

    /// The window and the usage over it, once there is a window.
    fn usage(&self) -> Option<(Duration, ContainerUsage)> {
        let ((from, before), (to, after)) = (self.samples.front()?, self.samples.back()?);
        let window = to.duration_since(*from);
        let used = after.saturating_sub(*before).as_secs_f64();
        let millicores = (used / window.as_secs_f64() * 1000.0).round() as u64;
        let usage = ContainerUsage { name: self.whose.container.clone(), millicores, memory: self.memory };
        (window >= SHORTEST).then_some((window, usage))
    }
}

/// The Pods of which every running container has been measured.
fn by_pod<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<PodUsage> {
    let mut pods: BTreeMap<&ObjectKey, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        pods.entry(&entry.whose.pod).or_default().push(entry);
    }
    let at = Timestamp::now();
    let told = pods.into_iter().filter_map(|(key, mut entries)| {
        entries.sort_by(|one, two| one.whose.container.cmp(&two.whose.container));
        let usages: Option<Vec<_>> = entries.iter().map(|entry| entry.usage()).collect();
        let (windows, containers): (Vec<_>, Vec<_>) = usages?.into_iter().unzip();
        Some(PodUsage {
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            node: entries.first()?.whose.node.clone(),
            at,
            window: windows.into_iter().max()?,
            containers,
        })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_the_mean_over_the_window_and_never_runs_backwards() {
        let start = Instant::now();
        let whose =
            Whose { pod: ObjectKey::new("n", "p"), node: "node-a".to_owned(), container: "c".to_owned() };
        let samples = VecDeque::from([(start, Duration::ZERO)]);
        let mut entry = Entry { whose, most_memory: None, killed: false, memory: 0, samples };
        assert_eq!(entry.usage(), None);
        let mut told = Vec::new();
        for (second, millis) in [(1, 500), (2, 1500), (3, 1000), (4, 2500), (5, 2500), (6, 5000), (7, 6500)] {
            let reading = Reading { cpu: Duration::from_millis(millis), memory: 7, first: Vec::new() };
            entry.take(start + Duration::from_secs(second), &reading);
            let (window, usage) = entry.usage().unwrap();
            told.push((window.as_secs(), usage.millicores));
        }
        assert_eq!(told, [(1, 500), (2, 750), (3, 500), (4, 625), (5, 500), (5, 900), (5, 1000)]);
        assert_eq!(by_pod([&entry].into_iter())[0].containers[0].memory, 7);
    }
}
