//! Why a profile makes no sense.

use crate::units::{Rate, Span};

/// What is wrong with a profile, at which field, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {help}")]
pub struct ProfileError {
    /// The path of the field within the profile, such as `hold` or `[2].over`; empty when it is about all of it.
    pub field: String,
    /// The cause, naming the field; one sentence without a full stop.
    pub message: String,
    /// The next move; one sentence without a full stop.
    pub help: String,
}

impl ProfileError {
    /// An error about one field.
    pub(super) fn at(
        field: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> ProfileError {
        ProfileError { field: field.into(), message: message.into(), help: help.into() }
    }

    /// An error about the profile as a whole.
    pub(super) fn whole(message: impl Into<String>, help: impl Into<String>) -> ProfileError {
        ProfileError::at("", message, help)
    }
}

/// The length of a stage must be something on a clock of microseconds.
pub(super) fn some_time(field: &str, length: Span) -> Result<(), ProfileError> {
    if length.get().as_micros() > 0 {
        return Ok(());
    }
    Err(ProfileError::at(field, format!("`{field}` has no length"), "write a length of time such as 30s"))
}

/// A rate that must be above zero.
pub(super) fn some_rate(field: &str, rate: Rate) -> Result<(), ProfileError> {
    if rate > Rate::ZERO {
        return Ok(());
    }
    Err(ProfileError::at(field, format!("`{field}` is zero"), "write a rate such as 100/s"))
}

/// A factor on the base that must raise it.
pub(super) fn a_raise(times: f64) -> Result<(), ProfileError> {
    if times.is_finite() && times > 1.0 {
        return Ok(());
    }
    Err(ProfileError::at(
        "times",
        format!("`times` is {times}, which is not above `base`"),
        "write a factor above 1, or use the baseline profile",
    ))
}
