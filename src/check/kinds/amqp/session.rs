//! One conversation with a broker: a connection with one channel, one question at a time.

use super::method::{self, Said};
use super::wire::{Frame, HEADER, Kind, Malformed, Writer};
use crate::check::dial::Stream;
use bytes::BytesMut;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The channel of everything but the connection's own matters.
const CHANNEL: u16 = 1;
/// How much of what is no AMQP is shown.
const SHOWN: usize = 40;

/// A conversation with a broker; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Session {
    stream: Stream,
    came: BytesMut,
    /// Why the broker takes no messages at the moment.
    pub(super) blocked: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The network.
    #[error("the connection broke: {0}")]
    Network(#[from] io::Error),
    /// The broker hung up without a word.
    #[error("it closed the connection without a word")]
    HungUp,
    /// The broker refuses.
    #[error("{text} ({code})")]
    Refused { code: u16, text: String },
    /// Somebody else answers: the first bytes.
    #[error("{0}")]
    Stranger(String),
    /// The broker says something that does not belong here.
    #[error("it answered something else than AMQP 0-9-1 has here")]
    OutOfPlace,
}

impl Session {
    /// Greets the broker; gives who it is.
    pub(super) async fn greet(stream: Stream) -> Result<(Session, String), Trouble> {
        let mut session = Session { stream, came: BytesMut::with_capacity(4096), blocked: None };
        session.stream.write_all(HEADER).await?;
        match session.answer().await? {
            Said::Start { mechanisms, .. } if !mechanisms.split(' ').any(|name| name == "PLAIN") => {
                let text = format!("it offers logins by {mechanisms} alone, not by PLAIN");
                Err(Trouble::Refused { code: 0, text })
            }
            Said::Start { product, .. } => Ok((session, product)),
            _ => Err(Trouble::OutOfPlace),
        }
    }

    /// Logs in.
    pub(super) async fn log_in(&mut self, user: &str, password: &str) -> Result<(), Trouble> {
        self.say(0, &method::start_ok(user, password)).await?;
        match self.answer().await? {
            Said::Tune { channels, frame } => self.say(0, &method::tune_ok(channels, frame)).await,
            _ => Err(Trouble::OutOfPlace),
        }
    }

    /// Enters a virtual host.
    pub(super) async fn enter(&mut self, vhost: &str) -> Result<(), Trouble> {
        self.say(0, &method::open(vhost)).await?;
        self.done().await?;
        self.ask(&method::open_channel()).await
    }

    /// Asks for something that is done or refused.
    pub(super) async fn ask(&mut self, question: &Writer) -> Result<(), Trouble> {
        self.say(CHANNEL, question).await?;
        self.done().await
    }

    /// Asks for a queue: how many messages wait in it, and how many consumers it has.
    pub(super) async fn queue(&mut self, question: &Writer) -> Result<(u32, u32), Trouble> {
        self.say(CHANNEL, question).await?;
        match self.answer().await? {
            Said::Queue { messages, consumers } => Ok((messages, consumers)),
            _ => Err(Trouble::OutOfPlace),
        }
    }

    /// Publishes a message; what comes of it is what is said next.
    pub(super) async fn publish(
        &mut self,
        publish: &Writer,
        properties: &Writer,
        body: &[u8],
    ) -> Result<(), Trouble> {
        let mut frames = Vec::new();
        Frame::put(Kind::Method, CHANNEL, publish.bytes(), &mut frames);
        Frame::put(Kind::Header, CHANNEL, properties.bytes(), &mut frames);
        Frame::put(Kind::Body, CHANNEL, body, &mut frames);
        Ok(self.stream.write_all(&frames).await?)
    }

    /// The message that comes behind what was said last.
    pub(super) async fn message(&mut self) -> Result<Vec<u8>, Trouble> {
        let header = self.frame(Kind::Header).await?;
        let size = method::size(header.payload).map_err(|_| Trouble::OutOfPlace)?;
        let mut body = Vec::new();
        while (body.len() as u64) < size {
            body.extend_from_slice(&self.frame(Kind::Body).await?.payload);
        }
        Ok(body)
    }

    /// Says goodbye and waits for the answer, so that the broker's log has no word on it.
    pub(super) async fn close(&mut self) -> Result<(), Trouble> {
        self.say(0, &method::close()).await?;
        loop {
            match self.answer().await {
                Ok(Said::Done) | Err(Trouble::HungUp) => return Ok(()),
                Err(Trouble::Refused { .. }) | Ok(_) => {}
                Err(trouble) => return Err(trouble),
            }
        }
    }

    async fn say(&mut self, channel: u16, method: &Writer) -> Result<(), Trouble> {
        let mut frame = Vec::new();
        Frame::put(Kind::Method, channel, method.bytes(), &mut frame);
        Ok(self.stream.write_all(&frame).await?)
    }

    async fn done(&mut self) -> Result<(), Trouble> {
        match self.answer().await? {
            Said::Done => Ok(()),
            _ => Err(Trouble::OutOfPlace),
        }
    }

    /// What the broker says next; that it closes is an error.
    pub(super) async fn answer(&mut self) -> Result<Said, Trouble> {
        loop {
            let frame = self.frame(Kind::Method).await?;
            match Said::read(frame.payload) {
                Ok(Said::Closes { code, text }) => {
                    let text = text.trim_end_matches('.').to_owned();
                    return Err(Trouble::Refused { code, text });
                }
                Ok(Said::Blocked(reason)) => self.blocked = Some(reason),
                Ok(Said::Unblocked) => self.blocked = None,
                Ok(said) => return Ok(said),
                Err(Malformed) => return Err(Trouble::OutOfPlace),
            }
        }
    }

    /// The next frame, which has to be of this kind; signs of life are passed over.
    async fn frame(&mut self, wanted: Kind) -> Result<Frame, Trouble> {
        loop {
            match Frame::take(&mut self.came) {
                Ok(Some(frame)) if frame.kind == wanted => return Ok(frame),
                Ok(Some(frame)) if frame.kind == Kind::Heartbeat => {}
                Ok(Some(_)) => return Err(Trouble::OutOfPlace),
                Err(Malformed) => return Err(Trouble::Stranger(stranger(&self.came))),
                Ok(None) => {
                    if self.stream.read_buf(&mut self.came).await? == 0 {
                        return Err(Trouble::HungUp);
                    }
                }
            }
        }
    }
}

/// Who answers instead of a broker, as far as one can tell from what came.
fn stranger(came: &[u8]) -> String {
    if came.starts_with(b"AMQP") {
        return "it speaks another version of AMQP than 0-9-1".to_owned();
    }
    let text = String::from_utf8_lossy(came);
    let line: String = text.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
    let line = line.escape_default();
    format!("no broker answers there: it says `{line}`; correct the port, or the scheme of `url`")
}
