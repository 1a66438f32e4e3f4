//! Frames.

use crate::api::pod::spdy::headers::Headers;
use bytes::{BufMut as _, Bytes, BytesMut};

/// Whether a side says more on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Open,
    Closed,
}

/// What comes from a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// It opens a stream.
    Stream { stream: u32, headers: Headers, side: Side },
    /// A piece of what it says on a stream; of a long frame there are more.
    Data { stream: u32, content: Bytes, side: Side },
    /// It wants no more of a stream.
    Reset { stream: u32 },
    /// It wants this number back, or gives one back.
    Ping(u32),
    /// It ends the connection.
    GoAway,
    /// Settings, windows, and what is not known: without effect here.
    Other,
}

/// The types of control frames.
pub(super) mod kind {
    pub(in crate::api::pod::spdy) const STREAM: u16 = 1;
    pub(in crate::api::pod::spdy) const REPLY: u16 = 2;
    pub(in crate::api::pod::spdy) const RESET: u16 = 3;
    pub(in crate::api::pod::spdy) const PING: u16 = 6;
    pub(in crate::api::pod::spdy) const GO_AWAY: u16 = 7;
    pub(in crate::api::pod::spdy) const HEADERS: u16 = 8;
}

/// The flag of a frame after which its side of the stream is closed.
pub(super) const FIN: u8 = 1;
/// The first bit of control frames.
pub(super) const CONTROL: u16 = 0x8000;
/// The version that control frames have, in 3.1 too.
pub(super) const VERSION: u16 = 3;
/// Frames are at most so long.
pub(super) const LONGEST: usize = 0x00ff_ffff;

/// Why a stream is not taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refusal {
    ProtocolError = 1,
    RefusedStream = 3,
}

/// The answer to a stream, with its block of headers.
pub(super) fn reply(stream: u32, headers: &[u8]) -> Bytes {
    control(kind::REPLY, &[&stream.to_be_bytes(), headers])
}

/// A stream is not taken.
pub(super) fn reset(stream: u32, why: Refusal) -> Bytes {
    control(kind::RESET, &[&stream.to_be_bytes(), &(why as u32).to_be_bytes()])
}

/// A number that is to come back: an even one, or an odd one of the client's.
pub(super) fn ping(number: u32) -> Bytes {
    control(kind::PING, &[&number.to_be_bytes()])
}

/// The end of the connection with a client that does not keep to the protocol, after this stream of it.
pub(super) fn go_away(last: u32) -> Bytes {
    const PROTOCOL_ERROR: u32 = 1;
    control(kind::GO_AWAY, &[&last.to_be_bytes(), &PROTOCOL_ERROR.to_be_bytes()])
}

/// What is said on a stream, less than 16 MiB.
pub(super) fn data(stream: u32, content: &[u8], side: Side) -> Bytes {
    let flags = if side == Side::Closed { FIN } else { 0 };
    let mut frame = BytesMut::with_capacity(8 + content.len());
    frame.put_u32(stream);
    finish(frame, flags, &[content])
}

fn control(kind: u16, parts: &[&[u8]]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u16(CONTROL | VERSION);
    frame.put_u16(kind);
    finish(frame, 0, parts)
}

/// Flags, length and content.
fn finish(mut frame: BytesMut, flags: u8, parts: &[&[u8]]) -> Bytes {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    debug_assert!(length <= LONGEST, "a frame of {length} bytes");
    frame.put_u8(flags);
    frame.put_uint(length as u64, 3);
    for part in parts {
        frame.extend_from_slice(part);
    }
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_as_the_draft_draws_them() {
        for (frame, expected) in [
            (reply(5, b"hh"), &b"\x80\x03\0\x02\0\0\0\x06\0\0\0\x05hh"[..]),
            (reset(7, Refusal::RefusedStream), b"\x80\x03\0\x03\0\0\0\x08\0\0\0\x07\0\0\0\x03"),
            (ping(2), b"\x80\x03\0\x06\0\0\0\x04\0\0\0\x02"),
            (go_away(9), b"\x80\x03\0\x07\0\0\0\x08\0\0\0\x09\0\0\0\x01"),
            (data(3, b"out", Side::Open), b"\0\0\0\x03\0\0\0\x03out"),
            (data(3, b"", Side::Closed), b"\0\0\0\x03\x01\0\0\0"),
        ] {
            assert_eq!(frame, expected);
        }
    }
}
