//! What PostgreSQL and its client say, as words.

use std::error::Error as _;
use tokio_postgres::Error;

/// An error and its causes in one line.
pub fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} ({})", said.message(), said.code().code());
    }
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
