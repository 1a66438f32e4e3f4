//! One connection to the target, owned by whoever sends over it.

use super::http1::Http1;
use super::{Answer, Failure, HttpVersion, Keep, Request, Scheme, Target};
use crate::clock::{Clock, Offset};
use crate::sample::ErrorClass;
use bytes::{Bytes, BytesMut};
use http::header::HOST;
use http::uri::{self, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

type Stream = Either<TcpStream, TlsStream<TcpStream>>;

enum Protocol {
    Http1(Box<Http1<Stream>>),
    Http2 {
        sender: http2::SendRequest<Full<Bytes>>,
        driver: Option<JoinHandle<hyper::Result<()>>>,
        scheme: uri::Scheme,
        authority: uri::Authority,
    },
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
    protocol: Protocol,
    opened: Instant,
}

/// A new connection and what it took.
pub struct Opened {
    /// The connection.
    pub connection: Connection,
    /// TCP and TLS together.
    pub took: Duration,
}

/// One request on its way, with its instants.
#[derive(Debug)]
pub struct Exchange {
    /// When its first byte was handed to the connection.
    pub sent: Offset,
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
            let stream = tcp(address).await?;
            match &target.tls {
                None => Connection::speak(target, Either::Left(stream), Speak::in_plain_text(target)).await,
                Some(tls) => {
                    let handshake = tls.connector.connect(tls.server_name.clone(), stream).await;
                    let stream = handshake
                        .map_err(|e| Failure::new(ErrorClass::Tls, format!("TLS with {address}: {e}")))?;
                    let speak = Speak::chosen(&stream);
                    Connection::speak(target, Either::Right(stream), speak).await
                }
            }
        };
        match tokio::time::timeout(target.connect_timeout, connect).await {
            Ok(connection) => Ok(Opened { connection: connection?, took: begun.elapsed() }),
            Err(_) => {
                let text = format!("connecting to {address} took longer than {:?}", target.connect_timeout);
                Err(Failure::new(ErrorClass::Timeout, text))
            }
        }
    }

    async fn speak(target: &Target, stream: Stream, speak: Speak) -> Result<Connection, Failure> {
        let protocol = match speak {
            Speak::Http1 => Protocol::Http1(Box::new(Http1::new(stream).await?)),
            Speak::Http2 => {
                let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
                let (sender, driver) = handshake.map_err(|e| Failure::from_hyper(&e))?;
                // HTTP/2 answers pings and settings between requests, so it needs a task of its own; it ends with
                // the sender.
                let driver = Some(tokio::spawn(driver));
                let scheme = match target.scheme {
                    Scheme::Http => uri::Scheme::HTTP,
                    Scheme::Https => uri::Scheme::HTTPS,
                };
                Protocol::Http2 { sender, driver, scheme, authority: target.authority.clone() }
            }
        };
        Ok(Connection { protocol, opened: Instant::now() })
    }

    /// How long the connection has been open.
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Whether another request can be sent over it.
    pub async fn usable(&mut self) -> bool {
        match &mut self.protocol {
            Protocol::Http1(http1) => http1.usable().await,
            Protocol::Http2 { sender, .. } => !sender.is_closed() && sender.ready().await.is_ok(),
        }
    }

    /// Sends a request and reads the whole answer. A body longer than `limit` is a failure and ends the connection.
    pub async fn exchange(&mut self, request: &Request, keep: Keep, limit: u64, clock: &Clock) -> Exchange {
        let request = self.prepare(request);
        let sent = clock.now();
        let head = match &mut self.protocol {
            Protocol::Http1(http1) => http1.send(request).await,
            Protocol::Http2 { sender, driver, .. } => match sender.send_request(request).await {
                Ok(head) => Ok(head),
                Err(e) => Err(why(&e, driver.take()).await),
            },
        };
        let head = match head {
            Ok(head) => head,
            Err(failure) => {
                return Exchange { sent, first_byte: None, done: clock.now(), result: Err(failure) };
            }
        };
        let first_byte = Some(clock.now());
        let (parts, body) = head.into_parts();
        let body = self.read(body, keep.up_to(parts.status), limit).await;
        let answer =
            body.map(|(body, length)| Answer { status: parts.status, headers: parts.headers, body, length });
        Exchange { sent, first_byte, done: clock.now(), result: answer }
    }

    fn prepare(&self, request: &Request) -> http::Request<Full<Bytes>> {
        let mut prepared = http::Request::new(Full::new(request.body.clone()));
        *prepared.method_mut() = request.method.clone();
        *prepared.headers_mut() = request.headers.clone();
        let mut parts = uri::Parts::default();
        parts.path_and_query = Some(request.path.clone());
        if let Protocol::Http2 { scheme, authority, .. } = &self.protocol {
            parts.scheme = Some(scheme.clone());
            parts.authority = Some(authority.clone());
            prepared.headers_mut().remove(HOST);
        }
        // A path alone, or all three parts, always make a URI.
        *prepared.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        prepared
    }

    async fn read(&mut self, mut body: Incoming, keep: u64, limit: u64) -> Result<(Bytes, u64), Failure> {
        let mut length = 0_u64;
        let mut kept = Kept::default();
        loop {
            let frame = match &mut self.protocol {
                Protocol::Http1(http1) => http1.drive(body.frame()).await,
                Protocol::Http2 { .. } => body.frame().await,
            };
            let Some(frame) = frame else { return Ok((kept.bytes(), length)) };
            let frame = frame.map_err(|e| Failure::from_hyper(&e))?;
            if let Ok(data) = frame.into_data() {
                let begins = length;
                length += data.len() as u64;
                if length > limit {
                    return Err(Failure::new(
                        ErrorClass::Protocol,
                        format!("the body is longer than {limit} bytes"),
                    ));
                }
                if begins < keep {
                    kept.push(data);
                }
            }
        }
    }
}

/// Why a request over HTTP/2 failed. Where the connection ended under it, only the connection's own task knows why.
async fn why(error: &hyper::Error, driver: Option<JoinHandle<hyper::Result<()>>>) -> Failure {
    if error.is_canceled()
        && let Some(driver) = driver.filter(JoinHandle::is_finished)
        && let Ok(Err(end)) = driver.await
    {
        return Failure::from_hyper(&end);
    }
    Failure::from_hyper(error)
}

/// A body in the making; one piece alone is not copied.
#[derive(Default)]
struct Kept {
    first: Bytes,
    rest: BytesMut,
}

impl Kept {
    fn push(&mut self, data: Bytes) {
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
        } else {
            if self.rest.is_empty() {
                self.rest.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.rest.extend_from_slice(&data);
        }
    }

    fn bytes(self) -> Bytes {
        if self.rest.is_empty() { self.first } else { self.rest.freeze() }
    }
}

async fn tcp(address: SocketAddr) -> Result<TcpStream, Failure> {
    let what = format!("connecting to {address}");
    let stream = TcpStream::connect(address).await.map_err(|e| Failure::from_io(&e, &what))?;
    stream.set_nodelay(true).map_err(|e| Failure::from_io(&e, &what))?;
    Ok(stream)
}
