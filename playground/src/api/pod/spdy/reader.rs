//! Frames from a client.

use crate::api::pod::spdy::frame::{CONTROL, FIN, Frame, LONGEST, Side, VERSION, kind};
use crate::api::pod::spdy::headers::Decompressor;
use crate::api::pod::spdy::parse::{Broken, number, take};
use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What is read at once, and the largest piece of data that is handed on, in bytes.
const PIECE: usize = 32 * 1024;
/// The largest control frame, in bytes.
const LARGEST_CONTROL: usize = 16 * 1024;
/// Before the content of each frame.
const HEAD: usize = 8;
/// Numbers of streams have 31 bits.
const STREAM: u32 = 0x7fff_ffff;

/// Reads frames. It holds at most a control frame and one piece.
pub(super) struct Reader<R> {
    source: R,
    buffer: BytesMut,
    /// The rest of a data frame.
    within: Option<Rest>,
    headers: Decompressor,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    stream: u32,
    left: usize,
    then: Side,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(source: R) -> Reader<R> {
        Reader { source, buffer: BytesMut::new(), within: None, headers: Decompressor::new() }
    }

    /// The next frame; `None` when the client has gone. Nothing is lost when it is dropped before it is done.
    pub(super) async fn next(&mut self) -> Result<Option<Frame>, Broken> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
            self.buffer.reserve(PIECE);
            // An error is a client that went without a word.
            if !self.source.read_buf(&mut self.buffer).await.is_ok_and(|read| read > 0) {
                return Ok(None);
            }
        }
    }

    /// The next frame of what has been read.
    fn take(&mut self) -> Result<Option<Frame>, Broken> {
        if let Some(rest) = self.within {
            return Ok(self.piece(rest));
        }
        let Some(head) = self.buffer.first_chunk::<HEAD>() else { return Ok(None) };
        let (first, second) = head.split_at(4);
        let (first, second) = (number(&mut &*first)?, number(&mut &*second)?);
        let (flags, length) = ((second >> 24) as u8, second as usize & LONGEST);
        let side = if flags & FIN == 0 { Side::Open } else { Side::Closed };
        let version = (first >> 16) as u16;
        if version & CONTROL == 0 {
            self.buffer.advance(HEAD);
            return Ok(self.piece(Rest { stream: first, left: length, then: side }));
        }
        if version != CONTROL | VERSION {
            return Err(Broken::Version);
        }
        if length > LARGEST_CONTROL {
            return Err(Broken::TooLarge);
        }
        if self.buffer.len() < HEAD + length {
            return Ok(None);
        }
        self.buffer.advance(HEAD);
        let content = self.buffer.split_to(length).freeze();
        self.control(first as u16, side, &content).map(Some)
    }

    /// What is there of a data frame; nothing, unless that is the whole rest, when there is nothing.
    fn piece(&mut self, rest: Rest) -> Option<Frame> {
        let length = rest.left.min(self.buffer.len()).min(PIECE);
        let left = rest.left - length;
        self.within = (left > 0).then_some(Rest { left, ..rest });
        if length == 0 && left > 0 {
            return None;
        }
        let content = Bytes::copy_from_slice(&self.buffer[..length]);
        self.buffer.advance(length);
        let side = if left == 0 { rest.then } else { Side::Open };
        Some(Frame::Data { stream: rest.stream, content, side })
    }

    fn control(&mut self, which: u16, side: Side, mut content: &[u8]) -> Result<Frame, Broken> {
        Ok(match which {
            kind::STREAM => {
                let stream = number(&mut content)? & STREAM;
                // The stream that it belongs to, its priority and its slot.
                take(&mut content, 6)?;
                Frame::Stream { stream, headers: self.headers.read(content)?, side }
            }
            kind::RESET => Frame::Reset { stream: number(&mut content)? & STREAM },
            kind::PING => Frame::Ping(number(&mut content)?),
            kind::GO_AWAY => Frame::GoAway,
            kind::HEADERS => {
                take(&mut content, 4)?;
                // They are of no use, but those that follow are compressed with them.
                self.headers.read(content)?;
                Frame::Other
            }
            _ => Frame::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::pod::spdy::headers::{Compressor, Headers};
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt as _;

    /// A control frame of a client.
    fn control(which: u8, side: Side, content: &[u8]) -> Vec<u8> {
        let flags = if side == Side::Closed { FIN } else { 0 };
        let mut frame = vec![0x80, 3, 0, which, flags];
        frame.extend_from_slice(&(content.len() as u32).to_be_bytes()[1..]);
        frame.extend_from_slice(content);
        frame
    }

    fn written(frame: &Frame, headers: &mut Compressor) -> Vec<u8> {
        match frame {
            Frame::Stream { stream, headers: pairs, side } => {
                let start = [&stream.to_be_bytes()[..], &[0; 6]].concat();
                control(1, *side, &[start, headers.write(pairs)].concat())
            }
            Frame::Data { stream, content, side } => {
                crate::api::pod::spdy::frame::data(*stream, content, *side).to_vec()
            }
            Frame::Reset { stream } => control(3, Side::Open, &[stream.to_be_bytes(), [0, 0, 0, 5]].concat()),
            Frame::Ping(number) => control(6, Side::Open, &number.to_be_bytes()),
            Frame::GoAway => control(7, Side::Open, &[0; 8]),
            Frame::Other => control(8, Side::Open, &[vec![0, 0, 0, 1], headers.write(&[])].concat()),
        }
    }

    fn frames() -> impl Strategy<Value = Frame> {
        let side = || prop_oneof![Just(Side::Open), Just(Side::Closed)];
        let stream = || 1_u32..10;
        let headers = prop::collection::vec(("[a-z]{1,12}", "[a-z0-9]{0,12}"), 0..4);
        let content = prop::collection::vec(any::<u8>(), 0..300);
        prop_oneof![
            (stream(), headers, side()).prop_map(|(stream, headers, side)| Frame::Stream {
                stream,
                headers,
                side
            }),
            (stream(), content, side()).prop_map(|(stream, content, side)| Frame::Data {
                stream,
                content: content.into(),
                side
            }),
            stream().prop_map(|stream| Frame::Reset { stream }),
            any::<u32>().prop_map(Frame::Ping),
            Just(Frame::GoAway),
            Just(Frame::Other),
        ]
    }

    /// What the pieces of data frames make together.
    fn whole(frames: Vec<Frame>) -> Vec<Frame> {
        let mut all: Vec<Frame> = Vec::new();
        for frame in frames {
            match (all.last_mut(), frame) {
                (
                    Some(Frame::Data { stream, content, side: before @ Side::Open }),
                    Frame::Data { stream: next, content: more, side },
                ) if *stream == next => {
                    *content = [&content[..], &more[..]].concat().into();
                    *before = side;
                }
                (_, frame) => all.push(frame),
            }
        }
        all
    }

    proptest! {
        #[test]
        fn frames_are_read_however_they_are_cut(
            sent in prop::collection::vec(frames(), 0..12),
            cuts in prop::collection::vec(1_usize..200, 1..20),
        ) {
            let mut headers = Compressor::default();
            let bytes: Vec<u8> = sent.iter().flat_map(|frame| written(frame, &mut headers)).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let received = runtime.block_on(async {
                let (mut client, server) = tokio::io::duplex(64);
                let write = async move {
                    let (mut rest, mut cuts) = (bytes.as_slice(), cuts.iter().cycle());
                    while !rest.is_empty() {
                        let (piece, left) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
                        client.write_all(piece).await.unwrap();
                        rest = left;
                    }
                };
                let read = async {
                    let (mut reader, mut all) = (Reader::new(server), Vec::new());
                    while let Some(frame) = reader.next().await.unwrap() {
                        all.push(frame);
                    }
                    all
                };
                tokio::join!(write, read).1
            });
            prop_assert_eq!(whole(received), whole(sent));
        }
    }

    #[tokio::test]
    async fn what_is_not_spdy_is_refused_and_what_is_cut_off_is_a_client_that_went() {
        let stream = [&[0, 0, 0, 1][..], &[0; 6], &Compressor::default().write(&Headers::new())].concat();
        let stream = control(1, Side::Open, &stream);
        let mut second = stream.clone();
        second[1] = 2;
        for (bytes, expected) in [
            (&b"GET / HTTP/1.1\r\n"[..], Ok(None)),
            (&second, Err(Broken::Version)),
            (b"\x80\x03\0\x01\0\xff\xff\xff", Err(Broken::TooLarge)),
            (b"\x80\x03\0\x03\0\0\0\x02\0\0", Err(Broken::CutOff)),
            (&stream[..stream.len() - 1], Ok(None)),
            (b"", Ok(None)),
        ] {
            let found = Reader::new(bytes).next().await;
            assert_eq!(found.map(|frame| frame.filter(|one| !matches!(one, Frame::Data { .. }))), expected);
        }
    }
}
