//! The processes of this machine, as far as tests look for those that are left behind.

use std::collections::BTreeSet;
use std::fs;

/// The processes below `root`, itself not among them.
pub fn descendants(root: u32) -> BTreeSet<u32> {
    let entries = fs::read_dir("/proc").expect("a machine with /proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: Vec<(u32, u32)> = pids.filter_map(|pid| Some((pid, stat(pid)?.1))).collect();
    let mut found = BTreeSet::from([root]);
    while let Some((pid, _)) =
        parents.iter().find(|(pid, parent)| found.contains(parent) && !found.contains(pid))
    {
        found.insert(*pid);
    }
    found.remove(&root);
    found
}

/// Whether there is such a process, and it has not ended.
pub fn lives(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z')
}

/// Its state and its parent. The name before them may hold anything, also spaces and brackets.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut words = text.rsplit_once(')')?.1.split_whitespace();
    Some((words.next()?.chars().next()?, words.next()?.parse().ok()?))
}
