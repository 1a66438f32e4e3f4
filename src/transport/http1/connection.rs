//! Moves the bytes of one HTTP/1.1 connection.

use super::super::content::Pieces;
use super::super::received::{Coming, Fate, Received};
use super::super::stamped::Came;
use super::super::{Answer, Content, Failure, Keep, Request};
use super::body::{Framing, Piece};
use super::head::{self, Head, Reusable};
use super::wire;
use crate::clock::{Clock, Offset};
use crate::sample::ErrorClass;
use bytes::{Buf, Bytes, BytesMut};
use http::Method;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// How much room there is for each read.
const ROOM: usize = 4 * 1024;
/// Room for the reads of a long body.
const ROOM_FOR_LONG: usize = 64 * 1024;

/// The part of a body that does not go out in one piece with its head.
enum Rest<'r> {
    Whole(&'r Bytes),
    Pieces(Pieces),
}

/// One connection.
#[derive(Debug)]
pub(in crate::transport) struct Http1<S> {
    stream: S,
    /// What came and is not taken yet; its memory is used again.
    pub(super) incoming: BytesMut,
    outgoing: Vec<u8>,
    pub(super) reusable: Reusable,
    last: Manner,
}

/// How an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// All of it was there when it was read, and somebody had noted when it came.
    AtOnceWithStamp,
    Otherwise,
}

impl<S: AsyncRead + AsyncWrite + Came + Unpin> Http1<S> {
    pub(in crate::transport) fn new(stream: S) -> Http1<S> {
        Http1 {
            stream,
            incoming: BytesMut::new(),
            outgoing: Vec::new(),
            reusable: Reusable::Yes,
            last: Manner::Otherwise,
        }
    }

    /// The stream below.
    pub(in crate::transport) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Whether the answer to `request` may lie unread for a moment without anybody seeing a difference, going by the
    /// last one. A long body must not wait on either way, because its other end would wait as well.
    pub(in crate::transport) fn can_lie_unread(&self, request: &Request) -> bool {
        self.last == Manner::AtOnceWithStamp && wire::rest(request).is_none()
    }

    /// Whether another request can be sent: looks at the socket first, so that a server's close is seen before a
    /// request is lost on it.
    pub(in crate::transport) async fn usable(&mut self) -> bool {
        if self.reusable == Reusable::No || !self.incoming.is_empty() {
            return false;
        }
        poll_fn(|cx| {
            let mut byte = [0];
            let read = Pin::new(&mut self.stream).poll_read(cx, &mut ReadBuf::new(&mut byte));
            // An end, an error and an answer that nobody asked for are all reasons to leave it.
            Poll::Ready(read.is_pending())
        })
        .await
    }

    /// Whether something came that is not taken yet: after an exchange that was given up, the beginning of a head.
    pub(in crate::transport) fn has_unread(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// Sends a request and reads the whole answer; `began` is called when its head is there. Whatever goes wrong ends
    /// the connection.
    pub(in crate::transport) async fn exchange(
        &mut self,
        request: &Request,
        keep: Keep,
        limit: u64,
        clock: &Clock,
        began: impl FnOnce(Offset),
    ) -> Received {
        // Given up in the middle, by a timeout, it stays so.
        self.reusable = Reusable::No;
        let sent = self.send(request).await;
        if let Err(failure) = &sent
            && failure.class == ErrorClass::Generator
        {
            // The server waits for the rest of a body that will not come.
            return Received { first_byte: None, done: clock.now(), result: Err(failure.clone()) };
        }
        let head = match self.head(&request.method).await {
            Ok(head) => head,
            Err(failure) => {
                // A request that could not be sent and has no answer either failed in the sending.
                let failure = sent.err().unwrap_or(failure);
                return Received { first_byte: None, done: clock.now(), result: Err(failure) };
            }
        };
        let first_byte = self.came(clock);
        began(first_byte);
        // Unless more has to be read from now on.
        self.last = self.stream.came().map_or(Manner::Otherwise, |_| Manner::AtOnceWithStamp);
        let Head { status, headers, framing, reusable } = head;
        let over = framing.is_over_with(&self.incoming);
        let read = self.body(framing, keep.up_to(status), limit).await;
        let result = read.map(|(body, length)| Answer { status, headers, trailers: None, body, length });
        if result.is_ok() && sent.is_ok() {
            self.reusable = reusable;
        }
        // What came in one piece ended when it began; another look at the clock would tell nothing.
        let done = if over { first_byte } else { self.came(clock) };
        Received { first_byte: Some(first_byte), done, result }
    }

    /// When what was read last had come; now, if nobody noted it.
    fn came(&self, clock: &Clock) -> Offset {
        self.stream.came().map_or_else(|| clock.now(), |came| clock.at(came))
    }

    pub(super) async fn send(&mut self, request: &Request) -> Result<(), Failure> {
        let failed = |e: io::Error| Failure::from_io(&e, "sending the request");
        // Before the head: what cannot be read is not asked for.
        let rest = match wire::rest(request) {
            Some(Content::File(file)) => Some(Rest::Pieces(file.open().await?)),
            Some(Content::Bytes(bytes)) => Some(Rest::Whole(bytes)),
            None => None,
        };
        if let Some(prepared) = request.wire() {
            self.stream.write_all(prepared).await.map_err(failed)?;
        } else {
            self.outgoing.clear();
            wire::write(request, &mut self.outgoing);
            self.stream.write_all(&self.outgoing).await.map_err(failed)?;
        }
        match rest {
            Some(Rest::Whole(body)) => self.stream.write_all(body).await.map_err(failed)?,
            Some(Rest::Pieces(mut pieces)) => {
                while let Some(piece) = pieces.next().await? {
                    self.stream.write_all(&piece).await.map_err(failed)?;
                }
            }
            None => {}
        }
        self.stream.flush().await.map_err(failed)
    }

    pub(super) async fn head(&mut self, method: &Method) -> Result<Head, Failure> {
        loop {
            if !self.incoming.is_empty()
                && let Some(head) = head::take(method, &mut self.incoming)?
            {
                return Ok(head);
            }
            if self.read(ROOM).await? == 0 {
                let when = if self.incoming.is_empty() {
                    "before it answered"
                } else {
                    "in the middle of its answer's head"
                };
                return Err(Failure::new(
                    ErrorClass::Reset,
                    format!("the server closed the connection {when}"),
                ));
            }
        }
    }

    /// The body as far as it is to be kept, and its length.
    async fn body(&mut self, mut framing: Framing, keep: u64, limit: u64) -> Result<(Bytes, u64), Failure> {
        let mut coming = Coming::new(keep, limit);
        loop {
            match framing.next(&mut self.incoming)? {
                Piece::End => return Ok(coming.end()),
                Piece::Data(next) => match coming.count(next)? {
                    Fate::Keep => coming.keep(self.incoming.split_to(next).freeze()),
                    Fate::Pass => self.incoming.advance(next),
                },
                Piece::More if self.read(ROOM_FOR_LONG).await? > 0 => {}
                Piece::More if framing == Framing::UntilClose => return Ok(coming.end()),
                Piece::More => {
                    let length = coming.length();
                    let text = format!("the server closed the connection after {length} bytes of the body");
                    return Err(Failure::new(ErrorClass::Reset, text));
                }
            }
        }
    }

    pub(super) async fn read(&mut self, room: usize) -> Result<usize, Failure> {
        self.last = Manner::Otherwise;
        self.incoming.reserve(room);
        self.stream.read_buf(&mut self.incoming).await.map_err(|e| Failure::from_io(&e, "reading the answer"))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::super::super::stamped::Stamped;
    use super::*;
    use http::HeaderMap;
    use http::uri::PathAndQuery;
    use tokio::net::{TcpListener, TcpStream};

    fn get(path: &'static str) -> Request {
        Request::new(Method::GET, PathAndQuery::from_static(path), HeaderMap::new(), Bytes::new())
    }

    /// Answers one request after the other; `/long` with far more than one read takes.
    async fn serve(listener: TcpListener) -> io::Result<()> {
        let (mut stream, _) = listener.accept().await?;
        let mut asked = [0; 1024];
        loop {
            let length = stream.read(&mut asked).await?;
            let body = "x".repeat(if asked[..length].starts_with(b"GET /long ") { 1_000_000 } else { 5 });
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await?;
        }
    }

    #[tokio::test]
    async fn an_answer_may_lie_unread_where_the_last_one_came_at_once_and_with_a_stamp() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener));
        let (short, long, clock) = (get("/short"), get("/long"), Clock::start());
        let mut http1 = Http1::new(Stamped::new(TcpStream::connect(address).await.unwrap()));
        let ask = async |http1: &mut Http1<Stamped>, request: &Request| {
            let received = http1.exchange(request, Keep::Length, u64::MAX, &clock, |_| {}).await;
            assert_eq!(received.result.unwrap().status, 200);
            http1.can_lie_unread(&short)
        };
        assert!(!ask(&mut http1, &short).await, "nobody asked for stamps");
        http1.stream().stamp();
        // The kernel begins to stamp a moment after it was asked to.
        let mut stamped = false;
        for _ in 0..1_000 {
            stamped = stamped || ask(&mut http1, &short).await;
        }
        assert!(stamped);
        assert!(!ask(&mut http1, &long).await);
        assert!(ask(&mut http1, &short).await);
        server.abort();
    }
}
