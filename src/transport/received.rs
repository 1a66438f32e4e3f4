//! What a connection makes of an answer, whatever the protocol.

use super::{Answer, Failure};
use crate::clock::Offset;
use bytes::{Bytes, BytesMut};

/// An answer and when it began and ended.
pub(super) struct Received {
    pub(super) first_byte: Option<Offset>,
    pub(super) done: Offset,
    pub(super) result: Result<Answer, Failure>,
}

/// A body in the making; one piece alone is not copied.
#[derive(Default)]
pub(super) struct Kept {
    first: Bytes,
    rest: BytesMut,
}

impl Kept {
    pub(super) fn push(&mut self, data: Bytes) {
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
        } else {
            if self.rest.is_empty() {
                self.rest.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.rest.extend_from_slice(&data);
        }
    }

    pub(super) fn bytes(self) -> Bytes {
        if self.rest.is_empty() { self.first } else { self.rest.freeze() }
    }
}
