//! What goes wrong with a database, and whether it passes.

use crate::shop::orders::OrderError;
use std::error::Error as _;
use tokio_postgres::error::SqlState;

/// Why a statement was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// There is no connection, so nothing has reached the database.
    Unconnected(String),
    /// The database refuses for a while: it starts, it stops, it is a standby. Nothing was done.
    Refused(String),
    /// The connection ended, or the answer took too long; the statement may have been carried out.
    Unanswered(String),
    /// The database says no, and would say so again.
    Wrong(String),
}

impl Trouble {
    /// What a statement's failure means.
    pub(super) fn of(error: &tokio_postgres::Error) -> Trouble {
        match error.code() {
            Some(code) if passes(code) => Trouble::Refused(words(error)),
            Some(_) => Trouble::Wrong(words(error)),
            None => Trouble::Unanswered(words(error)),
        }
    }

    /// What a failed connection means: whatever it is, no statement was sent.
    pub(super) fn of_connect(error: &tokio_postgres::Error) -> Trouble {
        match error.code() {
            Some(code) if !passes(code) => Trouble::Wrong(words(error)),
            _ => Trouble::Unconnected(words(error)),
        }
    }

    /// Whether the same statement may work a moment later.
    pub(super) fn may_pass(&self) -> bool {
        !matches!(self, Trouble::Wrong(_))
    }
}

impl From<Trouble> for OrderError {
    fn from(trouble: Trouble) -> OrderError {
        match trouble {
            Trouble::Unanswered(why) => OrderError::Silent(why),
            Trouble::Unconnected(why) | Trouble::Refused(why) | Trouble::Wrong(why) => OrderError::Away(why),
        }
    }
}

/// Whether a server that says this has done nothing and will do it later: class 57 is its start, its end and its crash,
/// 25006 is a standby, 53300 is a server with too many connections.
fn passes(code: &SqlState) -> bool {
    let class = code.code();
    class.starts_with("57P")
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::TOO_MANY_CONNECTIONS
}

/// What the server or the system said, without the wrapping.
fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => cause.to_string(),
        (None, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_an_end_and_a_standby_pass() {
        for (code, expected) in [
            (SqlState::CANNOT_CONNECT_NOW, true),
            (SqlState::ADMIN_SHUTDOWN, true),
            (SqlState::CRASH_SHUTDOWN, true),
            (SqlState::READ_ONLY_SQL_TRANSACTION, true),
            (SqlState::TOO_MANY_CONNECTIONS, true),
            (SqlState::UNDEFINED_TABLE, false),
            (SqlState::INVALID_PASSWORD, false),
        ] {
            assert_eq!(passes(&code), expected, "{code:?}");
        }
    }
}
