//! Where the control groups of this process are in the file system: its own and those above it, whose limits hold for
//! it as well.

use std::path::{Path, PathBuf};

/// Which interface a group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// One hierarchy for all controllers.
    Two,
    /// A hierarchy for each controller; this is that of `cpu`.
    One,
}

/// A group's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) version: Version,
    pub(super) folder: PathBuf,
}

/// The groups that may limit the processor time of this process, each before the one above it. `own` is
/// `/proc/self/cgroup`, `mounts` is `/proc/self/mountinfo`.
pub(super) fn groups(own: &str, mounts: &str) -> Vec<Group> {
    own.lines().filter_map(membership).flat_map(|(version, path)| above(version, path, mounts)).collect()
}

/// From `0::/path` or `4:cpu,cpuacct:/path` the version and the path; none for other controllers.
fn membership(line: &str) -> Option<(Version, &str)> {
    let mut parts = line.splitn(3, ':');
    let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    match (number, controllers) {
        ("0", "") => Some((Version::Two, path)),
        _ if controllers.split(',').any(|one| one == "cpu") => Some((Version::One, path)),
        _ => None,
    }
}

fn above(version: Version, path: &str, mounts: &str) -> Vec<Group> {
    let Some((root, point)) = mounts.lines().find_map(|line| mount(line, version)) else { return Vec::new() };
    // In a container the mount shows the part of the hierarchy that begins with its own group.
    let below = match Path::new(path).strip_prefix(root) {
        Ok(below) => below,
        Err(_) => Path::new(""),
    };
    let point = Path::new(point);
    // Component by component: joined with an empty path it would end with a slash.
    let folder: PathBuf = point.components().chain(below.components()).collect();
    let up = folder.ancestors().take_while(|folder| folder.starts_with(point));
    up.map(|folder| Group { version, folder: folder.to_owned() }).collect()
}

/// From a line of mountinfo that mounts such a hierarchy: which part of it, and where.
/// `32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu`
fn mount(line: &str, version: Version) -> Option<(&str, &str)> {
    let (place, kind) = line.split_once(" - ")?;
    let mut place = place.split(' ').skip(3);
    let (root, point) = (place.next()?, place.next()?);
    let mut kind = kind.split(' ');
    let (name, options) = (kind.next()?, kind.nth(1).unwrap_or_default());
    let found = match version {
        Version::Two => name == "cgroup2",
        Version::One => name == "cgroup" && options.split(',').any(|option| option == "cpu"),
    };
    found.then_some((root, point))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIFIED: &str = "25 30 0:23 / /sys rw,nosuid - sysfs sysfs rw\n\
        35 25 0:30 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    const SPLIT: &str = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
        33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n\
        32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n\
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
    const CONTAINER: &str =
        "33 31 0:30 /docker/ab12 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n";

    #[test]
    fn the_own_group_and_all_above_it() {
        for (what, own, mounts, folders) in [
            (
                "one hierarchy",
                "0::/user.slice/run-7.scope\n",
                UNIFIED,
                vec!["/sys/fs/cgroup/user.slice/run-7.scope", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"],
            ),
            ("a container with a namespace of its own", "0::/\n", UNIFIED, vec!["/sys/fs/cgroup"]),
            (
                "a hierarchy for each controller",
                "9:name=systemd:/\n2:cpuacct:/x\n1:cpu:/jobs/a\n0::/\n",
                SPLIT,
                vec![
                    "/sys/fs/cgroup/cpu/jobs/a",
                    "/sys/fs/cgroup/cpu/jobs",
                    "/sys/fs/cgroup/cpu",
                    "/sys/fs/cgroup/unified",
                ],
            ),
            (
                "a container that sees the path of its host",
                "4:cpu,cpuacct:/docker/ab12/inner\n",
                CONTAINER,
                vec!["/sys/fs/cgroup/cpu,cpuacct/inner", "/sys/fs/cgroup/cpu,cpuacct"],
            ),
            (
                "a path outside of the mount",
                "4:cpu,cpuacct:/elsewhere\n",
                CONTAINER,
                vec!["/sys/fs/cgroup/cpu,cpuacct"],
            ),
            ("nothing is mounted", "0::/a\n", "", vec![]),
            ("nonsense", "0\n:::\n\n", SPLIT, vec![]),
        ] {
            let found: Vec<String> =
                groups(own, mounts).iter().map(|group| group.folder.display().to_string()).collect();
            assert_eq!(found, folders, "{what}");
        }
    }
}
