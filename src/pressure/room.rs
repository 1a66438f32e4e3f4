//! How much memory may still be taken: what the machine has, and what the limits of the control groups leave.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Bytes that this process may still take.
pub(super) fn room() -> io::Result<u64> {
    let machine = available(&fs::read_to_string("/proc/meminfo")?);
    let machine = machine.ok_or_else(|| io::Error::other("/proc/meminfo has no MemAvailable"))?;
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let left = places(&groups).into_iter().filter_map(|place| left(&place));
    Ok(left.fold(machine, u64::min))
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The folders of the groups that this process is in, each with those above it. In a container the path that the
/// kernel tells may lie outside of what is mounted; the top folder is then the container's own.
fn places(groups: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let top = match controllers {
            "" => Path::new("/sys/fs/cgroup").to_owned(),
            _ if controllers.split(',').any(|one| one == "memory") => "/sys/fs/cgroup/memory".into(),
            _ => continue,
        };
        let own = top.join(path.trim_start_matches('/'));
        all.extend(own.ancestors().take_while(|place| place.starts_with(&top)).map(Path::to_owned));
    }
    all
}

/// What the limit of a group leaves; `None` when it has none.
fn left(group: &Path) -> Option<u64> {
    let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
    let pair = |limit: &str, used: &str| Some(number(limit)?.saturating_sub(number(used)?));
    pair("memory.max", "memory.current").or_else(|| pair("memory.limit_in_bytes", "memory.usage_in_bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_some() {
        assert!(room().unwrap() > 0);
        let text = "MemTotal:       100 kB\nMemAvailable:    7 kB\n";
        assert_eq!(available(text), Some(7168));
    }

    #[test]
    fn every_group_above_counts() {
        let found = places("5:cpu:/x\n4:memory:/pods/one\n0::/two\n");
        let expected = [
            "/sys/fs/cgroup/memory/pods/one",
            "/sys/fs/cgroup/memory/pods",
            "/sys/fs/cgroup/memory",
            "/sys/fs/cgroup/two",
            "/sys/fs/cgroup",
        ];
        assert_eq!(found, expected.map(PathBuf::from));
    }

    #[test]
    fn a_limit_leaves_what_is_not_used() {
        let group = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(group.path().join(name), text).unwrap();
        assert_eq!(left(group.path()), None);
        write("memory.max", "max\n");
        write("memory.current", "40\n");
        assert_eq!(left(group.path()), None);
        write("memory.max", "100\n");
        assert_eq!(left(group.path()), Some(60));
        write("memory.current", "140\n");
        assert_eq!(left(group.path()), Some(0));
    }
}
