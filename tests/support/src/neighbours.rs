//! Busy neighbours on a core.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

/// Threads that want all of one core. They end when this is dropped.
#[derive(Debug)]
pub struct Neighbours {
    core: usize,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Neighbours {
    /// So many on one core of those that this process may use. None where threads cannot be kept on a core.
    pub fn on_one_core(count: usize) -> Option<Neighbours> {
        let mine = sched_getaffinity(None).ok()?;
        let core = (0..CpuSet::MAX_CPU).find(|core| mine.is_set(*core))?;
        let over = Arc::new(AtomicBool::new(false));
        let begin = |over: Arc<AtomicBool>| thread::spawn(move || run(core, &over));
        let threads = (0..count).map(|_| begin(over.clone())).collect();
        Some(Neighbours { core, over, threads })
    }

    /// Where they run.
    pub fn core(&self) -> usize {
        self.core
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        self.threads.drain(..).for_each(|thread| thread.join().expect("a neighbour does not panic"));
    }
}

fn run(core: usize, over: &AtomicBool) {
    let mut here = CpuSet::new();
    here.set(core);
    sched_setaffinity(None, &here).expect("a thread may stay where its process may be");
    while !over.load(Relaxed) {
        std::hint::spin_loop();
    }
}
