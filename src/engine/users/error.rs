//! Why there are no users, or no more.

use crate::source::Secrets;
use std::io;

/// Why the users of a load could not be driven, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The system gives no process.
    #[error(
        "cannot start the process that drives the users: {0}; raise the limit of processes, or free memory"
    )]
    Start(#[source] io::Error),
    /// It said why it cannot.
    #[error("the process that drives the users cannot: {0}")]
    Refused(String),
    /// It did not answer in time.
    #[error("the process that drives the users is not ready after {0} s; use a machine that is less busy")]
    Silent(u64),
    /// It is gone before it said its last words.
    #[error(
        "the process that drove the users {how}; what it sent in its last second is not counted, and the load ended \
         there"
    )]
    Lost {
        /// How it ended, and its last words.
        how: String,
    },
}

impl UsersError {
    /// The same without what must not be said: the other process says what it read.
    pub(in crate::engine) fn masked(self, secrets: &Secrets) -> UsersError {
        match self {
            UsersError::Refused(why) => UsersError::Refused(secrets.redact(&why)),
            UsersError::Lost { how } => UsersError::Lost { how: secrets.redact(&how) },
            other @ (UsersError::Start(_) | UsersError::Silent(_)) => other,
        }
    }
}
