//! What control groups give: a container's CPU limit, and the time for which it held the process back.

use super::hierarchy::{self, Group, Version};
use std::fs;
use std::time::Duration;

/// The groups that limit the processor time of this process.
#[derive(Debug)]
pub(super) struct Cgroups {
    groups: Vec<Group>,
    /// How long each had held it back at the last look.
    before: Vec<Option<Duration>>,
}

impl Cgroups {
    /// Those of this process as it is placed now; the time for which it is held back counts from now on.
    pub(super) fn of_this_process() -> Cgroups {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let groups = hierarchy::groups(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"));
        let before = groups.iter().map(Group::held_back).collect();
        Cgroups { groups, before }
    }

    /// The cores that may be used: the tightest limit. It may change while a run goes on.
    pub(super) fn quota(&self) -> Option<f64> {
        self.groups.iter().filter_map(Group::quota).min_by(f64::total_cmp)
    }

    /// For how long the process was held back since the last look: by the group that did it longest.
    pub(super) fn throttled(&mut self) -> Option<Duration> {
        let now: Vec<Option<Duration>> = self.groups.iter().map(Group::held_back).collect();
        let longest = now.iter().zip(&self.before).filter_map(|(now, before)| now.zip(*before));
        let longest = longest.map(|(now, before)| now.saturating_sub(before)).max();
        self.before = now;
        longest
    }
}

impl Group {
    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    fn quota(&self) -> Option<f64> {
        match self.version {
            Version::Two => quota_of(&self.read("cpu.max")?),
            Version::One => {
                let (quota, period) = (self.read("cpu.cfs_quota_us")?, self.read("cpu.cfs_period_us")?);
                quota_of(&format!("{} {}", quota.trim(), period.trim()))
            }
        }
    }

    fn held_back(&self) -> Option<Duration> {
        held_back_of(&self.read("cpu.stat")?)
    }
}

/// The cores of `20000 100000`: microseconds of processor time in a period. None for `max` and for -1.
fn quota_of(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let (quota, period): (u64, u64) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    (period > 0).then(|| quota as f64 / period as f64)
}

/// From `cpu.stat`: `throttled_usec` in version 2, `throttled_time` in nanoseconds in version 1.
fn held_back_of(stat: &str) -> Option<Duration> {
    let field = |name| {
        let line = stat.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse().ok()
    };
    field("throttled_usec").map(Duration::from_micros).or(field("throttled_time").map(Duration::from_nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_in_cores() {
        for (text, cores) in [
            ("10000 100000\n", Some(0.1)),
            ("250000 100000", Some(2.5)),
            ("max 100000", None),
            ("-1 100000", None),
            ("10000 0", None),
            ("10000", None),
            ("", None),
        ] {
            assert_eq!(quota_of(text), cores, "{text}");
        }
    }

    #[test]
    fn both_versions_tell_how_long_it_was_held_back() {
        let two = "usage_usec 8001\nuser_usec 4\nnr_periods 30\nnr_throttled 29\nthrottled_usec 2610000\n";
        let one = "nr_periods 30\nnr_throttled 29\nthrottled_time 2610000000\n";
        let expected = Some(Duration::from_millis(2_610));
        assert_eq!((held_back_of(two), held_back_of(one)), (expected, expected));
        for text in ["", "usage_usec 5\nuser_usec 4", "throttled_usec x", "throttled_usecs 5"] {
            assert_eq!(held_back_of(text), None, "{text}");
        }
    }

    #[test]
    fn the_tightest_limit_counts_and_the_longest_hold() {
        let root = tempfile::tempdir().unwrap();
        let (own, above) = (root.path().join("a"), root.path().to_owned());
        fs::create_dir(&own).unwrap();
        let write = |folder: &std::path::Path, max: &str, throttled_us: u64| {
            fs::write(folder.join("cpu.max"), max).unwrap();
            fs::write(folder.join("cpu.stat"), format!("throttled_usec {throttled_us}\n")).unwrap();
        };
        write(&own, "max 100000", 0);
        write(&above, "50000 100000", 700);
        let groups = [&own, &above].map(|folder| Group { version: Version::Two, folder: folder.clone() });
        let before = groups.iter().map(Group::held_back).collect();
        let mut cgroups = Cgroups { groups: groups.into(), before };
        assert_eq!((cgroups.quota(), cgroups.throttled()), (Some(0.5), Some(Duration::ZERO)));
        write(&own, "20000 100000", 5_000);
        write(&above, "50000 100000", 1_700);
        assert_eq!((cgroups.quota(), cgroups.throttled()), (Some(0.2), Some(Duration::from_millis(5))));
        fs::remove_file(own.join("cpu.stat")).unwrap();
        fs::remove_file(above.join("cpu.stat")).unwrap();
        assert_eq!(cgroups.throttled(), None, "gone is not zero");
    }
}
