//! What a lane listens to: streams over its connection, and sockets that live as long as an arrival.

use super::gauge::Held;
use super::link::Link;
use super::shared::Shared;
use crate::clock::Offset;
use crate::journey::Talker;
use crate::sample::ErrorClass;
use crate::scenario::KeepAlive;
use crate::stats::Events;
use crate::transport::{Answer, Event, EventParser, Failure, HttpVersion, Request, Rest, Socket, Target};
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use http::header::CONTENT_TYPE;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, StatusCode};
use std::collections::VecDeque;
use std::time::Duration;

/// Sockets that were not closed by their server after so long are dropped.
const GOODBYE: Duration = Duration::from_secs(1);
/// An event that is longer is refused.
const LONGEST_EVENT: usize = 16 << 20;
/// How much of an error's body is kept at least.
const BEGINNING: usize = 512;
/// Pieces that are there already when listening ends are read up to so many, to keep the connection.
const LEFT_OVER: usize = 16;

/// What a lane listens to.
pub(super) struct Talk {
    source: Source,
    sockets: Vec<(PathAndQuery, Socket, Held)>,
    /// The target, asked for sockets.
    target: Target,
    events: Events,
    /// When the request was sent, or the last event came.
    last: Offset,
}

/// What the current step listens to.
enum Source {
    Nothing,
    /// An answer over the lane's connection.
    Stream(Stream),
    /// The socket in this place.
    Socket(usize),
}

struct Stream {
    rest: Rest,
    /// For server-sent events; elsewhere each piece is one.
    parser: Option<EventParser>,
    ready: VecDeque<Event>,
}

impl Stream {
    fn take(&mut self, piece: &Bytes) -> Result<(), Failure> {
        let Some(parser) = &mut self.parser else {
            let data = String::from_utf8_lossy(piece).into_owned();
            self.ready.push_back(Event { name: "message".to_owned(), data });
            return Ok(());
        };
        self.ready.extend(parser.push(piece));
        if parser.held() > LONGEST_EVENT {
            let text = format!("an event is longer than {LONGEST_EVENT} bytes");
            return Err(Failure::new(ErrorClass::Protocol, text));
        }
        Ok(())
    }
}

impl Talk {
    fn new(shared: &Shared) -> Talk {
        Talk {
            source: Source::Nothing,
            sockets: Vec::new(),
            target: shared.plan.target.speaking(HttpVersion::Http1),
            events: Events::default(),
            last: Offset::ZERO,
        }
    }
}

impl Link {
    /// Ends listening; what was heard in the last step.
    pub(super) fn heard(&mut self) -> Events {
        let Some(talk) = &mut self.talk else { return Events::default() };
        if let (Source::Stream(stream), Some((connection, _))) =
            (&mut talk.source, self.open.as_mut().filter(|_| self.notes.answered))
        {
            // A stream whose end has come already leaves its connection to the next request.
            for _ in 0..LEFT_OVER {
                if !matches!(connection.piece(&mut stream.rest).now_or_never(), Some(Ok(Some(_)))) {
                    break;
                }
            }
        }
        if matches!(talk.source, Source::Stream(_))
            && self.shared.plan.connections.keep_alive == KeepAlive::No
        {
            self.open = None;
        }
        talk.source = Source::Nothing;
        std::mem::take(&mut talk.events)
    }

    /// Closes the sockets of an arrival.
    pub(super) async fn hang_up(&mut self) {
        let Some(talk) = &mut self.talk else { return };
        for (_, socket, _held) in std::mem::take(&mut talk.sockets) {
            // A server that does not say goodbye has still done what it should.
            let _ = tokio::time::timeout(GOODBYE, socket.close()).await;
        }
    }

    fn talk(&mut self) -> &mut Talk {
        let shared = &self.shared;
        self.talk.get_or_insert_with(|| Box::new(Talk::new(shared)))
    }

    /// Notes that a request goes out now.
    fn sends(&mut self) {
        let now = self.shared.clock.now();
        self.notes.answered = false;
        self.notes.sent.get_or_insert(now);
        self.talk().last = now;
    }

    /// The place of the socket at the request's path; what came instead where it does not open.
    async fn socket(
        &mut self,
        request: &Request,
        subprotocol: Option<&HeaderValue>,
    ) -> Result<(Option<usize>, Answer), Failure> {
        let shared = self.shared.clone();
        let talk = self.talk();
        let answer = |status, headers, body: Bytes| Answer {
            status,
            headers,
            length: body.len() as u64,
            body,
            trailers: None,
        };
        if let Some(place) = talk.sockets.iter().position(|(path, ..)| *path == request.path) {
            let headers = HeaderMap::new().into();
            return Ok((Some(place), answer(StatusCode::SWITCHING_PROTOCOLS, headers, Bytes::new())));
        }
        let no_address = || Failure::new(ErrorClass::Dns, "the target's name has no address");
        let address = shared.address().ok_or_else(no_address)?;
        let asked = (&request.headers, subprotocol);
        let opened = Socket::open(&talk.target, address, request.path.as_str(), asked).await?;
        let place = opened.socket.map(|socket| {
            talk.sockets.push((request.path.clone(), socket, shared.connections.hold()));
            talk.sockets.len() - 1
        });
        *self.notes.connect.get_or_insert_default() += opened.took;
        Ok((place, answer(opened.status, opened.headers, opened.body)))
    }

    async fn heard_next(&mut self) -> Result<Option<Event>, Failure> {
        let lost = || Failure::new(ErrorClass::Generator, "a connection was lost");
        let talk = self.talk.as_mut().ok_or_else(lost)?;
        match &mut talk.source {
            Source::Nothing => Ok(None),
            Source::Socket(place) => {
                let (_, socket, _) = talk.sockets.get_mut(*place).ok_or_else(lost)?;
                let data = socket.hear().await?;
                Ok(Some(Event { name: "message".to_owned(), data }))
            }
            Source::Stream(stream) => loop {
                if let Some(event) = stream.ready.pop_front() {
                    return Ok(Some(event));
                }
                let (connection, _) = self.open.as_mut().ok_or_else(lost)?;
                match connection.piece(&mut stream.rest).await? {
                    Some(piece) => stream.take(&piece)?,
                    None => return Ok(None),
                }
            },
        }
    }
}

impl Talker for Link {
    async fn listen(&mut self, request: &Request) -> Result<Answer, Failure> {
        self.connect().await?;
        self.sends();
        let lost = || Failure::new(ErrorClass::Generator, "a connection was lost");
        let (connection, _) = self.open.as_mut().ok_or_else(lost)?;
        let begun = connection.begin(request).await;
        if begun.is_err() {
            self.open = None;
        }
        let mut begun = begun?;
        self.notes.first_byte = self.notes.first_byte.or(Some(self.shared.clock.now()));
        let mut body = BytesMut::new();
        if begun.status.is_client_error() || begun.status.is_server_error() {
            let (connection, _) = self.open.as_mut().ok_or_else(lost)?;
            while body.len() < BEGINNING
                && let Some(piece) = connection.piece(&mut begun.rest).await?
            {
                body.extend_from_slice(&piece);
            }
        }
        let kind = begun.headers.get(&CONTENT_TYPE).and_then(|kind| kind.split(|byte| *byte == b';').next());
        let events = kind.is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"text/event-stream"));
        let parser = events.then(EventParser::default);
        self.talk().source = Source::Stream(Stream { rest: begun.rest, parser, ready: VecDeque::new() });
        self.answered_now();
        let body = body.freeze();
        Ok(Answer {
            status: begun.status,
            headers: begun.headers,
            length: body.len() as u64,
            body,
            trailers: None,
        })
    }

    async fn say(
        &mut self,
        request: &Request,
        subprotocol: Option<&HeaderValue>,
        message: Option<String>,
    ) -> Result<Answer, Failure> {
        let (place, answer) = self.socket(request, subprotocol).await?;
        self.sends();
        let talk = self.talk();
        talk.source = place.map_or(Source::Nothing, Source::Socket);
        if let (Some(message), Some((_, socket, _))) =
            (message, place.and_then(|place| talk.sockets.get_mut(place)))
        {
            socket.say(message).await?;
        }
        self.answered_now();
        Ok(answer)
    }

    async fn next(&mut self) -> Result<Option<Event>, Failure> {
        let came = self.heard_next().await;
        let now = self.shared.clock.now();
        match &came {
            Ok(event) => {
                self.answered_now();
                if event.is_some() {
                    self.notes.first_byte = self.notes.first_byte.or(Some(now));
                    let sent = self.notes.sent.unwrap_or(now);
                    let talk = self.talk();
                    talk.events.note(sent, now);
                    talk.last = now;
                }
            }
            Err(_) => {
                self.notes.answered = false;
                if !matches!(self.talk().source, Source::Socket(_)) {
                    self.open = None;
                }
            }
        }
        came
    }

    fn waited(&self) -> Duration {
        self.talk.as_ref().map_or(Duration::ZERO, |talk| self.shared.clock.now().since(talk.last))
    }
}

impl Link {
    /// Notes that the answer is complete as far as it came.
    fn answered_now(&mut self) {
        self.notes.done = Some(self.shared.clock.now());
        self.notes.answered = true;
    }
}
