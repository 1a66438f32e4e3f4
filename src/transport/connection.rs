//! One connection to the target, owned by whoever sends over it.

use super::http1::Http1;
use super::http2::Http2;
use super::received::Received;
use super::stamped::Stamped;
use super::{Answer, Failure, HttpVersion, Keep, PlainText, Request, Target};
use crate::clock::{Clock, Offset};
use crate::sample::ErrorClass;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

pub(super) type Stream = Either<PlainText<Stamped>, Box<TlsStream<TcpStream>>>;

pub(super) enum Protocol {
    Http1(Http1<Stream>),
    Http2(Http2),
}

/// Which protocol a new connection speaks.
enum Speak {
    Http1,
    Http2,
}

impl Speak {
    /// Without TLS nobody asks the server: HTTP/2 only by prior knowledge.
    fn in_plain_text(target: &Target) -> Speak {
        match target.version {
            HttpVersion::Http2 => Speak::Http2,
            HttpVersion::Auto | HttpVersion::Http1 => Speak::Http1,
        }
    }

    /// What the server chose by ALPN.
    fn chosen(stream: &TlsStream<TcpStream>) -> Speak {
        match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Speak::Http2,
            _ => Speak::Http1,
        }
    }
}

/// One connection, used for one request at a time.
pub struct Connection {
    pub(super) protocol: Protocol,
    opened: Instant,
}

/// A new connection and what it took.
pub struct Opened {
    /// The connection.
    pub connection: Connection,
    /// TCP and TLS together.
    pub took: Duration,
    /// TLS alone, where there is any.
    pub tls: Option<Duration>,
}

/// One request on its way, with its instants.
#[derive(Debug)]
pub struct Exchange {
    /// When the head of the answer was there.
    pub first_byte: Option<Offset>,
    /// When it was over.
    pub done: Offset,
    /// The answer, or why there is none.
    pub result: Result<Answer, Failure>,
}

impl Connection {
    /// Connects to one of the target's addresses.
    ///
    /// # Errors
    /// Refused, timeout, TLS and the generator's own limits are told apart.
    pub async fn open(target: &Target, address: SocketAddr) -> Result<Opened, Failure> {
        let begun = Instant::now();
        let connect = async {
            let (stream, tls) = reach(target, address).await?;
            let speak = match &stream {
                Either::Left(_) => Speak::in_plain_text(target),
                Either::Right(stream) => Speak::chosen(stream),
            };
            Ok((Connection::speak(target, stream, speak).await?, tls))
        };
        let (connection, tls) = in_time(target, address, connect).await?;
        Ok(Opened { connection, took: begun.elapsed(), tls })
    }

    async fn speak(target: &Target, stream: Stream, speak: Speak) -> Result<Connection, Failure> {
        let protocol = match speak {
            Speak::Http1 => Protocol::Http1(Http1::new(stream)),
            Speak::Http2 => Protocol::Http2(Http2::new(target, stream).await?),
        };
        Ok(Connection { protocol, opened: Instant::now() })
    }

    /// Whether it speaks HTTP/2.
    pub fn is_http2(&self) -> bool {
        matches!(self.protocol, Protocol::Http2(_))
    }

    /// How long the connection has been open.
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// From now on the kernel says when answers came, where it can: HTTP/1.1 in plain text. Reading costs more then.
    pub fn stamp(&mut self) {
        if let Protocol::Http1(http1) = &mut self.protocol
            && let Either::Left(stream) = http1.stream()
        {
            stream.get_mut().stamp();
        }
    }

    /// Whether the answer to `request` may lie unread for a moment, so that nobody sees a difference, neither in its
    /// times nor at the server: the last one came in one piece and with a stamp.
    pub fn can_lie_unread(&self, request: &Request) -> bool {
        match &self.protocol {
            Protocol::Http1(http1) => http1.can_lie_unread(request),
            Protocol::Http2(_) => false,
        }
    }

    /// Whether another request can be sent over it.
    pub async fn usable(&mut self) -> bool {
        match &mut self.protocol {
            Protocol::Http1(http1) => http1.usable().await,
            Protocol::Http2(http2) => http2.usable().await,
        }
    }

    /// Another handle on the same connection, for a request beside others; none where it carries one at a time.
    pub fn share(&self) -> Option<Connection> {
        match &self.protocol {
            Protocol::Http1(_) => None,
            Protocol::Http2(http2) => {
                Some(Connection { protocol: Protocol::Http2(http2.clone()), opened: self.opened })
            }
        }
    }

    /// How many requests it can carry at once, over all handles; none when it is closed.
    pub fn streams(&self) -> usize {
        match &self.protocol {
            Protocol::Http1(_) => 1,
            Protocol::Http2(http2) => http2.streams(),
        }
    }

    /// Sends a request and reads the whole answer. A body longer than `limit` is a failure and ends the connection.
    pub async fn exchange(&mut self, request: &Request, keep: Keep, limit: u64, clock: &Clock) -> Exchange {
        self.exchange_watched(request, keep, limit, clock, |_| {}).await
    }

    /// The same; `began` is called when the head of the answer is there, for those who may give up before its end.
    pub async fn exchange_watched(
        &mut self,
        request: &Request,
        keep: Keep,
        limit: u64,
        clock: &Clock,
        began: impl FnOnce(Offset),
    ) -> Exchange {
        let Received { first_byte, done, result } = match &mut self.protocol {
            Protocol::Http1(http1) => http1.exchange(request, keep, limit, clock, began).await,
            Protocol::Http2(http2) => http2.exchange(request, keep, limit, clock, began).await,
        };
        Exchange { first_byte, done, result }
    }

    /// Whether the head of an answer began to come and did not end, after an exchange that was given up.
    pub fn is_within_head(&self) -> bool {
        match &self.protocol {
            Protocol::Http1(http1) => http1.has_unread(),
            Protocol::Http2(_) => false,
        }
    }
}

/// Connects, and shakes hands where the target has TLS; how long that took alone.
pub(super) async fn reach(
    target: &Target,
    address: SocketAddr,
) -> Result<(Stream, Option<Duration>), Failure> {
    let stream = tcp(address).await?;
    let Some(tls) = &target.tls else {
        return Ok((Either::Left(PlainText::new(Stamped::new(stream))), None));
    };
    let connected = Instant::now();
    let handshake = tls.connector.connect(tls.server_name.clone(), stream).await;
    let stream = handshake.map_err(|e| Failure::from_handshake(&e, &address))?;
    Ok((Either::Right(Box::new(stream)), Some(connected.elapsed())))
}

/// Does what connecting takes within the target's timeout for it.
pub(super) async fn in_time<T>(
    target: &Target,
    address: SocketAddr,
    connect: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let limit = target.connect_timeout;
    tokio::time::timeout(limit, connect).await.unwrap_or_else(|_| {
        let text = format!("connecting to {address} took longer than {limit:?}");
        Err(Failure::new(ErrorClass::Timeout, text))
    })
}

async fn tcp(address: SocketAddr) -> Result<TcpStream, Failure> {
    let what = format!("connecting to {address}");
    let stream = TcpStream::connect(address).await.map_err(|e| Failure::from_io(&e, &what))?;
    stream.set_nodelay(true).map_err(|e| Failure::from_io(&e, &what))?;
    Ok(stream)
}
