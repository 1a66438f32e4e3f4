//! Why nothing was used up.

use crate::units::Bytes;

/// Why nothing, or not as much as asked, could be used up.
#[derive(Debug, thiserror::Error)]
pub enum PressureError {
    /// More memory than there is.
    #[error("{asked} are asked for and {room} are available here; ask for less with --size")]
    TooMuch {
        /// What was asked for.
        asked: Bytes,
        /// What is there.
        room: Bytes,
    },
    /// The system does not say how much there is, so nothing is taken.
    #[error("cannot find out how much memory is available: {0}; nothing was taken")]
    Room(#[source] std::io::Error),
    /// A thread.
    #[error("cannot keep a thread busy: {0}")]
    Thread(#[source] std::io::Error),
}
