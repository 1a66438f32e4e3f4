//! What the machine gives a process for its connections: each needs a descriptor, of which the usual soft limit is 1,024,
//! and a local port.

use super::audit::local_ports;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What this machine gives one process for its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Descriptors that it may have open once its soft limit is raised; none where there is no limit.
    pub descriptors: Option<u64>,
    /// Local ports for each address of a target; none where the system does not tell.
    pub ports: Option<u64>,
}

impl Room {
    /// That of this machine, for this process.
    pub fn here() -> Room {
        Room { descriptors: getrlimit(Resource::Nofile).maximum, ports: local_ports() }
    }
}

/// Raises the soft limit of open files to the hard one; gives what it is now, `None` for no limit.
pub fn raise_open_files() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Refused only where a sandbox forbids it; then the old limit stands and running out of it is counted as ours.
    let _ = setrlimit(Resource::Nofile, wanted);
    getrlimit(Resource::Nofile).current
}
