//! What an error of PostgreSQL means for a write.

use crate::database::postgres::words;
use crate::ledger::clients::Written;
use tokio_postgres::Error;
use tokio_postgres::error::Severity;

/// What became of a write that was sent and came back with an error.
pub(super) fn ended(error: &Error) -> Written {
    match error.as_db_error() {
        Some(said) if is_rolled_back(said.parsed_severity(), said.code().code()) => {
            Written::failed(words(error))
        }
        _ => Written::unknown(words(error)),
    }
}

/// An ERROR undoes its statement, so nothing was written. A FATAL or PANIC ends the session, and may come between the
/// commit and its acknowledgement.
fn is_rolled_back(severity: Option<Severity>, state: &str) -> bool {
    // Connection lost, completion unknown, an operator ended it, the system failed, an internal error.
    let doubtful = ["08", "40003", "57P", "58", "XX"];
    severity == Some(Severity::Error) && !doubtful.iter().any(|class| state.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_rolled_back_for_certain_has_failed() {
        for (severity, state, rolled_back) in [
            (Some(Severity::Error), "23505", true),  // unique violation
            (Some(Severity::Error), "25006", true),  // read-only transaction: a standby
            (Some(Severity::Error), "42P01", true),  // no such table
            (Some(Severity::Error), "53100", true),  // disk full
            (Some(Severity::Fatal), "57P01", false), // the administrator ended the session
            (Some(Severity::Error), "57P01", false),
            (Some(Severity::Error), "40003", false), // completion unknown
            (Some(Severity::Panic), "53100", false),
            (None, "23505", false), // too old to say how bad it is
        ] {
            assert_eq!(is_rolled_back(severity, state), rolled_back, "{severity:?} {state}");
        }
    }
}
