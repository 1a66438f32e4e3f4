//! The body of an answer: how its end is known, and taking it off the buffer piece by piece.

use super::super::Failure;
use super::head::protocol;
use bytes::{Buf, BytesMut};

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes are still to come.
    Length(u64),
    /// Chunks, each with its length, until one of length zero (RFC 9112, section 7.1).
    Chunked(Chunk),
    /// Everything until the peer closes.
    UntilClose,
}

/// Where in a chunked body the next byte lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the line with a chunk's length.
    Size,
    /// In a chunk of which so many bytes are to come.
    Data(u64),
    /// In the line end after a chunk.
    End,
    /// In the trailers after the last chunk.
    Trailers,
}

/// What comes next on the buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// So many bytes of the body lie at the front of the buffer, for the caller to take off.
    Data(usize),
    /// Nothing yet; more has to be read.
    More,
    /// The body is over.
    End,
}

/// A line of a chunked body longer than this is an attack or a mistake.
const LONGEST_LINE: usize = 16 * 1024;

impl Framing {
    /// A chunked body at its beginning.
    pub(super) const fn chunked() -> Framing {
        Framing::Chunked(Chunk::Size)
    }

    /// Whether the rest of the body is in the buffer already, as far as that is easily told.
    pub(super) fn is_over_with(&self, buffer: &BytesMut) -> bool {
        matches!(self, Framing::Length(left) if *left <= buffer.len() as u64)
    }

    /// What comes next; takes off the buffer what is not body.
    ///
    /// # Errors
    /// Chunks that are none.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Piece, Failure> {
        match self {
            Framing::Length(0) => Ok(Piece::End),
            Framing::Length(left) => Ok(data(buffer, left)),
            Framing::UntilClose if buffer.is_empty() => Ok(Piece::More),
            Framing::UntilClose => Ok(Piece::Data(buffer.len())),
            Framing::Chunked(chunk) => chunk.next(buffer),
        }
    }
}

impl Chunk {
    fn next(&mut self, buffer: &mut BytesMut) -> Result<Piece, Failure> {
        loop {
            match self {
                Chunk::Data(0) => *self = Chunk::End,
                Chunk::Data(left) => return Ok(data(buffer, left)),
                Chunk::Size => {
                    let Some(line) = line(buffer)? else { return Ok(Piece::More) };
                    *self = match size(&line)? {
                        0 => Chunk::Trailers,
                        size => Chunk::Data(size),
                    };
                }
                Chunk::End => {
                    let Some(line) = line(buffer)? else { return Ok(Piece::More) };
                    if !line.is_empty() {
                        return Err(protocol("a chunk of the answer is longer than it says".into()));
                    }
                    *self = Chunk::Size;
                }
                Chunk::Trailers => match line(buffer)? {
                    None => return Ok(Piece::More),
                    Some(line) if line.is_empty() => return Ok(Piece::End),
                    Some(_) => {}
                },
            }
        }
    }
}

/// At most `left` bytes at the front of the buffer.
fn data(buffer: &BytesMut, left: &mut u64) -> Piece {
    if buffer.is_empty() {
        return Piece::More;
    }
    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
    *left -= length as u64;
    Piece::Data(length)
}

/// A line without its end off the buffer; `None` while it is incomplete.
fn line(buffer: &mut BytesMut) -> Result<Option<BytesMut>, Failure> {
    let Some(end) = buffer.iter().position(|byte| *byte == b'\n') else {
        if buffer.len() > LONGEST_LINE {
            return Err(protocol("a line between the answer's chunks has no end".into()));
        }
        return Ok(None);
    };
    let mut line = buffer.split_to(end);
    buffer.advance(1);
    if line.last() == Some(&b'\r') {
        line.truncate(line.len() - 1);
    }
    Ok(Some(line))
}

/// A chunk's length, its extensions passed over.
fn size(line: &[u8]) -> Result<u64, Failure> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let text =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
    text.and_then(|text| u64::from_str_radix(text, 16).ok())
        .ok_or_else(|| protocol("the length of a chunk of the answer is not a hexadecimal number".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds `pieces` one after the other; the body, and what is left over after its end (`None`: no end).
    fn read(mut framing: Framing, pieces: &[&[u8]]) -> Result<(Vec<u8>, Option<Vec<u8>>), Failure> {
        let (mut buffer, mut body) = (BytesMut::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            loop {
                match framing.next(&mut buffer)? {
                    Piece::Data(length) => body.extend_from_slice(&buffer.split_to(length)),
                    Piece::More => break,
                    Piece::End => return Ok((body, Some(buffer.to_vec()))),
                }
            }
        }
        Ok((body, None))
    }

    #[test]
    fn bodies_and_their_ends() {
        let chunked = Framing::chunked();
        let ok = |body: &str, rest: Option<&str>| {
            Ok((body.as_bytes().to_vec(), rest.map(|rest| rest.as_bytes().to_vec())))
        };
        assert_eq!(read(Framing::Length(3), &[b"ab", b"cde"]), ok("abc", Some("de")));
        assert_eq!(read(Framing::UntilClose, &[b"ab", b"c"]), ok("abc", None));
        assert_eq!(
            read(chunked, &[b"3;x=y\r\nabc\r\nA\n0123456789\n0\r\nt: 1\r\n\r\nZ"]),
            ok("abc0123456789", Some("Z"))
        );
        assert_eq!(read(chunked, &[b"0\r\n\r\n"]), ok("", Some("")));
        for wrong in ["x\r\n", "-1\r\n", "\r\n", "1\r\nab\r\n", "fffffffffffffffff\r\n"] {
            assert!(read(chunked, &[wrong.as_bytes()]).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn where_the_network_cuts_does_not_matter(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
            cuts in prop::collection::vec(1..9_usize, 0..60),
        ) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
            }
            wire.extend_from_slice(b"0\r\n\r\n");
            let mut pieces = Vec::new();
            let mut rest = wire.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            prop_assert_eq!(read(Framing::chunked(), &pieces).unwrap(), (chunks.concat(), Some(Vec::new())));
        }
    }
}
