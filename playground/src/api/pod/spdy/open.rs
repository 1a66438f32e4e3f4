//! The beginning of a session: the client opens the streams that it has announced.

use crate::api::pod::session::Attached;
use crate::api::pod::spdy::frame::{self, Frame, Refusal, Side};
use crate::api::pod::spdy::headers::{Compressor, Headers};
use crate::api::pod::spdy::parse::Broken;
use crate::api::pod::spdy::reader::Reader;
use crate::api::pod::transport::{Gone, Said};
use bytes::Bytes;
use std::collections::VecDeque;
use tokio::io::AsyncRead;
use tokio::sync::mpsc::Sender;

/// A client may send so much input before all streams are open, in bytes.
const EARLY: usize = 64 * 1024;

/// Why a session does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    Gone,
    Broken(Broken),
}

impl From<Gone> for Unopened {
    fn from(Gone: Gone) -> Unopened {
        Unopened::Gone
    }
}

impl From<Broken> for Unopened {
    fn from(broken: Broken) -> Unopened {
        Unopened::Broken(broken)
    }
}

/// The numbers of the streams, once they are open.
#[derive(Debug, Clone, Default)]
pub(super) struct Streams {
    pub(super) error: Option<u32>,
    pub(super) stdin: Option<u32>,
    pub(super) stdout: Option<u32>,
    pub(super) stderr: Option<u32>,
    /// The last that the client has opened.
    pub(super) last: u32,
}

impl Streams {
    /// Where the number of a stream with these headers stands, if it is wanted and not open yet.
    fn place(&mut self, headers: &Headers, attached: Attached) -> Option<&mut Option<u32>> {
        let (_, purpose) = headers.iter().find(|(name, _)| name == "streamtype")?;
        let (place, wanted) = match purpose.as_str() {
            "error" => (&mut self.error, true),
            "stdin" => (&mut self.stdin, attached.stdin),
            "stdout" => (&mut self.stdout, attached.stdout),
            "stderr" => (&mut self.stderr, attached.stderr),
            _ => return None,
        };
        (wanted && place.is_none()).then_some(place)
    }

    fn are_open(&self, attached: Attached) -> bool {
        let open = |stream: Option<u32>, wanted: bool| stream.is_some() || !wanted;
        open(self.error, true)
            && open(self.stdin, attached.stdin)
            && open(self.stdout, attached.stdout)
            && open(self.stderr, attached.stderr)
    }

    /// What a frame on an open stream says.
    pub(super) fn said(&self, frame: Frame) -> VecDeque<Said> {
        let mut said = VecDeque::new();
        match frame {
            Frame::Data { stream, content, side } if Some(stream) == self.stdin => {
                said.push_back(Said::Input(content));
                if side == Side::Closed {
                    said.push_back(Said::EndOfInput);
                }
            }
            Frame::Reset { stream } if Some(stream) == self.stdin => said.push_back(Said::EndOfInput),
            Frame::GoAway => said.push_back(Said::Bye),
            _ => {}
        }
        said
    }
}

/// Answers the client's streams until all are open that it has announced; returns them, and what it said meanwhile.
pub(super) async fn open<R: AsyncRead + Unpin>(
    reader: &mut Reader<R>,
    sender: &Sender<Bytes>,
    attached: Attached,
) -> Result<(Streams, VecDeque<Said>), Unopened> {
    let mut compressor = Compressor::default();
    let (mut streams, mut said, mut early) = (Streams::default(), VecDeque::new(), 0);
    while !streams.are_open(attached) {
        let frame = reader.next().await?.ok_or(Gone)?;
        let answer = match frame {
            Frame::Stream { stream, headers, side } => {
                let answer = if stream % 2 == 0 || stream <= streams.last {
                    frame::reset(stream, Refusal::ProtocolError)
                } else {
                    streams.last = stream;
                    match streams.place(&headers, attached) {
                        Some(place) => {
                            *place = Some(stream);
                            frame::reply(stream, &compressor.write(&[]))
                        }
                        None => frame::reset(stream, Refusal::RefusedStream),
                    }
                };
                if side == Side::Closed && streams.stdin == Some(stream) {
                    said.push_back(Said::EndOfInput);
                }
                answer
            }
            // The answer to an own ping has an even number.
            Frame::Ping(number) if number % 2 == 1 => frame::ping(number),
            Frame::GoAway => return Err(Unopened::Gone),
            other => {
                if let Frame::Data { content, .. } = &other {
                    early += content.len();
                }
                if early > EARLY {
                    return Err(Unopened::Broken(Broken::TooLarge));
                }
                said.extend(streams.said(other));
                continue;
            }
        };
        sender.send(answer).await.map_err(|_| Gone)?;
    }
    Ok((streams, said))
}
