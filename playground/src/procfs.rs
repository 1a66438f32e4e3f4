//! What the kernel says of processes, in `/proc`.

use rustix::process::Pid;
use std::collections::HashMap;
use std::time::Duration;

/// One process, from its `/proc/PID/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The process that started it, or that took it over.
    pub(crate) parent: i32,
    /// Its process group.
    pub(crate) group: i32,
    /// CPU time of all its threads and of those of its descendants that it has cleared away. The kernel counts
    /// in ticks, usually of 10 ms.
    pub(crate) cpu: Duration,
    /// CPU time of the descendants among it.
    pub(crate) cleared: Duration,
    /// Bytes of its memory that are in RAM, also those it shares.
    pub(crate) resident: u64,
}

impl Stat {
    /// The process with this id; `None` when it is gone.
    pub(crate) fn of(pid: i32) -> Option<Stat> {
        Stat::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn parse(text: &str) -> Option<Stat> {
        // The name stands in parentheses and may itself have some, and spaces.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        let id = |index: usize| fields.get(index)?.parse::<i32>().ok();
        let ticks = |ticks: u64| {
            Duration::from_millis(ticks.saturating_mul(1000) / rustix::param::clock_ticks_per_second().max(1))
        };
        let own = number(11)?.saturating_add(number(12)?);
        let cleared = number(13)?.saturating_add(number(14)?);
        Some(Stat {
            parent: id(1)?,
            group: id(2)?,
            cpu: ticks(own.saturating_add(cleared)),
            cleared: ticks(cleared),
            resident: number(21)?.saturating_mul(rustix::param::page_size() as u64),
        })
    }
}

/// The processes that `pid` (a number or `self`) started and that live, by all its threads. Empty where the kernel
/// lists none.
pub(crate) fn children(pid: &str) -> Vec<Pid> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<i32> = lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect();
    pids.into_iter().filter_map(Pid::from_raw).collect()
}

/// The memory of a process with what it shares divided among the sharers, in bytes. Costs more than
/// [`Stat::resident`]; `None` when the process is gone or another user's.
pub(crate) fn proportional_memory(pid: i32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// All processes of the machine at one time: one pass is cheaper than asking for the children of each of many.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    stats: HashMap<i32, Stat>,
    children: HashMap<i32, Vec<i32>>,
}

impl Processes {
    /// Reads them.
    pub(crate) fn read() -> Processes {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        Processes::from_stats(pids.filter_map(|pid| Some((pid, Stat::of(pid)?))).collect())
    }

    fn from_stats(stats: HashMap<i32, Stat>) -> Processes {
        let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
        for (pid, stat) in &stats {
            children.entry(stat.parent).or_default().push(*pid);
        }
        Processes { stats, children }
    }

    /// One of them.
    pub(crate) fn get(&self, pid: i32) -> Option<&Stat> {
        self.stats.get(&pid)
    }

    /// The direct children of a process.
    pub(crate) fn children(&self, pid: i32) -> &[i32] {
        self.children.get(&pid).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every process below `root`, itself not among them.
    pub(crate) fn below(&self, root: i32) -> Vec<i32> {
        let mut found = self.children(root).to_vec();
        let mut next = 0;
        while let Some(pid) = found.get(next) {
            found.extend_from_slice(self.children(*pid));
            next += 1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let text =
            "7 (a) b) R 3 5 5 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 100 9000 6 18446744073709551615";
        let ticks = rustix::param::clock_ticks_per_second();
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.parent, stat.group), (3, 5));
        assert_eq!(stat.cpu, Duration::from_millis(100 * 1000 / ticks));
        assert_eq!(stat.cleared, Duration::from_millis(70 * 1000 / ticks));
        assert_eq!(stat.resident, 6 * rustix::param::page_size() as u64);
        assert_eq!(Stat::parse("7 (cut"), None);
    }

    #[test]
    fn descendants_of_every_depth_are_found_and_others_not() {
        let of =
            |parent| Stat { parent, group: 0, cpu: Duration::ZERO, cleared: Duration::ZERO, resident: 0 };
        let table = [(2, 1), (3, 2), (4, 3), (5, 2), (6, 1)];
        let processes =
            Processes::from_stats(table.into_iter().map(|(pid, parent)| (pid, of(parent))).collect());
        let mut below = processes.below(2);
        below.sort_unstable();
        assert_eq!(below, [3, 4, 5]);
    }

    #[test]
    fn this_very_process_is_there_with_memory() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(Processes::read().get(own).unwrap().resident > 0);
        assert!(proportional_memory(own).unwrap() > 0);
    }
}
