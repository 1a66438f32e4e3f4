//! What a connection makes of an answer, whatever the protocol.

use super::{Answer, Failure};
use crate::clock::Offset;
use crate::sample::ErrorClass;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::response::Parts;
use http_body_util::BodyExt;
use hyper::body::Body;

/// An answer and when it began and ended.
pub(super) struct Received {
    pub(super) first_byte: Option<Offset>,
    pub(super) done: Offset,
    pub(super) result: Result<Answer, Failure>,
}

/// A body that came to its end: as far as it was to be kept, its length, and the fields behind it.
pub(super) struct Whole {
    body: Bytes,
    length: u64,
    trailers: Option<Box<HeaderMap>>,
}

impl Whole {
    /// The answer with this head.
    pub(super) fn answer(self, head: Parts) -> Answer {
        let Whole { body, length, trailers } = self;
        Answer { status: head.status, headers: head.headers.into(), trailers, body, length }
    }
}

/// Reads a body to its end and keeps as much of it as is wanted.
pub(super) async fn read<B: Body<Data = Bytes> + Unpin>(
    mut body: B,
    keep: u64,
    limit: u64,
    failed: impl Fn(B::Error) -> Failure,
) -> Result<Whole, Failure> {
    let mut coming = Coming::new(keep, limit);
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        match frame.map_err(&failed)?.into_data() {
            Ok(data) => coming.take(data)?,
            Err(other) => trailers = other.into_trailers().ok().map(Box::new),
        }
    }
    let (body, length) = coming.end();
    Ok(Whole { body, length, trailers })
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
