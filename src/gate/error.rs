//! Why a gate could not be read, and at which letters.

use std::ops::Range;

/// What is wrong with the text of a gate, where in it, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {help}")]
pub struct GateError {
    /// The first byte of the part that is wrong.
    pub start: usize,
    /// One past its last byte; the same as `start` where something is missing.
    pub end: usize,
    /// The cause, one sentence without a full stop.
    pub message: String,
    /// The next move, one sentence without a full stop.
    pub help: String,
}

impl GateError {
    /// An error about some bytes of the gate.
    pub(super) fn at(place: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> GateError {
        GateError { start: place.start, end: place.end, message: message.into(), help: help.into() }
    }
}

/// What was written, cut to what a message can hold.
pub(super) fn shown(written: &str) -> String {
    const LONGEST: usize = 40;
    match written.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &written[..end]),
        None => format!("`{written}`"),
    }
}
