//! What the playground tells a supervisor: by its arguments, then byte by byte.

/// Send SIGTERM to the program's process group.
pub(crate) const TERMINATE: u8 = b'T';
/// Send SIGINT to it.
pub(crate) const INTERRUPT: u8 = b'I';
/// Send SIGKILL to it.
pub(crate) const KILL: u8 = b'K';
/// Keep it to a share of the CPU; the number follows.
pub(super) const LIMIT: u8 = b'L';

/// The first argument after `--` of a process that runs a command as another user: `as UID GID COMMAND…`.
pub(crate) const AS: &str = "as";

/// The order to keep the container to so many millicores of CPU, 0 for as many as it likes.
pub(crate) fn limit(millicores: u32) -> [u8; 5] {
    let [a, b, c, d] = millicores.to_be_bytes();
    [LIMIT, a, b, c, d]
}

/// What becomes of the program's streams; the first argument after `--`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// No input; the outputs are those of the supervisor. `run COMMAND…`
    Run,
    /// No input; the outputs go into a log. `record FILE COMMAND…`
    Record,
    /// The input comes over the socket, see [`crate::supervise::hand_over`]; the outputs are those of the
    /// supervisor. `feed COMMAND…`
    Feed,
}

impl Mode {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Mode::Run => "run",
            Mode::Record => "record",
            Mode::Feed => "feed",
        }
    }

    pub(super) fn read(word: &std::ffi::OsStr) -> Option<Mode> {
        [Mode::Run, Mode::Record, Mode::Feed].into_iter().find(|mode| word == mode.as_str())
    }
}
