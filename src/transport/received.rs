//! What a connection makes of an answer, whatever the protocol.

use super::{Answer, Failure};
use crate::clock::Offset;
use crate::sample::ErrorClass;
use bytes::{Bytes, BytesMut};

/// An answer and when it began and ended.
pub(super) struct Received {
    pub(super) first_byte: Option<Offset>,
    pub(super) done: Offset,
    pub(super) result: Result<Answer, Failure>,
}

/// A body in the making: counted to its end, refused when it is too long, and kept as far as it is wanted.
pub(super) struct Coming {
    /// Until how many bytes the next piece is kept.
    keep: u64,
    limit: u64,
    length: u64,
    /// One piece alone is not copied.
    first: Bytes,
    rest: BytesMut,
}

/// What to do with a piece of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Keep,
    Pass,
}

impl Coming {
    pub(super) fn new(keep: u64, limit: u64) -> Coming {
        Coming { keep, limit, length: 0, first: Bytes::new(), rest: BytesMut::new() }
    }

    /// Counts the next `piece` bytes and says what to do with them.
    pub(super) fn count(&mut self, piece: usize) -> Result<Fate, Failure> {
        let fate = if self.length < self.keep { Fate::Keep } else { Fate::Pass };
        self.length += piece as u64;
        if self.length > self.limit {
            let text = format!("the body is longer than {} bytes", self.limit);
            return Err(Failure::new(ErrorClass::Protocol, text));
        }
        Ok(fate)
    }

    /// How long it is so far.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Counts a piece, and keeps it if it is wanted.
    pub(super) fn take(&mut self, data: Bytes) -> Result<(), Failure> {
        if self.count(data.len())? == Fate::Keep {
            self.keep(data);
        }
        Ok(())
    }

    /// Keeps a piece that was counted.
    pub(super) fn keep(&mut self, data: Bytes) {
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
        } else {
            if self.rest.is_empty() {
                self.rest.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.rest.extend_from_slice(&data);
        }
    }

    /// What was kept, and the whole length.
    pub(super) fn end(self) -> (Bytes, u64) {
        let kept = if self.rest.is_empty() { self.first } else { self.rest.freeze() };
        (kept, self.length)
    }
}
