//! A connection whose streams are open.

use crate::api::pod::session::PING;
use crate::api::pod::spdy::frame::{self, Frame, Refusal, Side};
use crate::api::pod::spdy::open::Streams;
use crate::api::pod::spdy::reader::Reader;
use crate::api::pod::transport::{Gone, Incoming, Outgoing, Output, Said, Transport};
use bytes::Bytes;
use std::collections::VecDeque;
use tokio::io::AsyncRead;
use tokio::sync::mpsc::Sender;
use tokio::time::{MissedTickBehavior, interval};

/// A client with its open streams. What is sent goes through a queue, so that no frame is ever sent in part.
pub(super) struct Connection<R> {
    pub(super) reader: Reader<R>,
    pub(super) sender: Sender<Bytes>,
    pub(super) streams: Streams,
    /// What it has said and nobody has heard yet.
    pub(super) said: VecDeque<Said>,
}

impl<R: AsyncRead + Unpin + Send> Transport for Connection<R> {
    fn split(&mut self) -> (impl Outgoing, impl Incoming) {
        let Connection { reader, sender, streams, said } = self;
        let sender = &*sender;
        (Sending { sender, streams }, Receiving { sender, reader, streams, said })
    }

    async fn finish(mut self, status: &[u8]) {
        let Streams { error, stdin, stdout, stderr, .. } = self.streams;
        let closed = [stdout, stderr, stdin].map(|stream| (stream, &[][..]));
        for (stream, content) in [(error, status)].into_iter().chain(closed) {
            if let Some(stream) = stream
                && self.sender.send(frame::data(stream, content, Side::Closed)).await.is_err()
            {
                return;
            }
        }
        // Old clients lose what they have not read yet when the connection is closed under them. They close it.
        let (mut sending, mut receiving) = self.split();
        let hearing = async { while receiving.hear().await != Said::Bye {} };
        let pinging = async {
            let mut ping = interval(PING);
            ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ping.tick().await;
                if sending.ping().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = hearing => {}
            () = pinging => {}
        }
    }
}

struct Sending<'a> {
    sender: &'a Sender<Bytes>,
    streams: &'a Streams,
}

impl Outgoing for Sending<'_> {
    async fn print(&mut self, output: Output, content: &[u8]) -> Result<(), Gone> {
        let stream = match output {
            Output::Stdout => self.streams.stdout,
            Output::Stderr => self.streams.stderr,
        };
        let Some(stream) = stream else { return Ok(()) };
        self.sender.send(frame::data(stream, content, Side::Open)).await.map_err(|_| Gone)
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        // A server's numbers are even. Which one comes back does not matter.
        self.sender.send(frame::ping(2)).await.map_err(|_| Gone)
    }
}

struct Receiving<'a, R> {
    sender: &'a Sender<Bytes>,
    reader: &'a mut Reader<R>,
    streams: &'a Streams,
    said: &'a mut VecDeque<Said>,
}

impl<R: AsyncRead + Unpin + Send> Incoming for Receiving<'_, R> {
    async fn hear(&mut self) -> Said {
        if let Some(said) = self.said.pop_front() {
            return said;
        }
        let answer = match self.reader.next().await {
            Ok(Some(Frame::Stream { stream, .. })) => frame::reset(stream, Refusal::RefusedStream),
            // The answer to an own ping has an even number.
            Ok(Some(Frame::Ping(number))) if number % 2 == 1 => frame::ping(number),
            Ok(Some(frame)) => {
                *self.said = self.streams.said(frame);
                return self.said.pop_front().unwrap_or(Said::Nothing);
            }
            Ok(None) => return Said::Bye,
            Err(_) => {
                // The client is left either way.
                let _ = self.sender.send(frame::go_away(self.streams.last)).await;
                return Said::Bye;
            }
        };
        match self.sender.send(answer).await {
            Ok(()) => Said::Nothing,
            Err(_) => Said::Bye,
        }
    }
}
