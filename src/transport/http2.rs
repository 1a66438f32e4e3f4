//! An HTTP/2 connection, by hyper. It answers pings and settings between requests, so it has a task of its own.

use super::content::{Outgoing, Trouble};
use super::received::{Coming, Received};
use super::{Answer, Content, Failure, Keep, Request, Scheme, Target};
use crate::clock::Clock;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::{self, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

/// One connection, used for one request at a time.
pub(super) struct Http2 {
    sender: http2::SendRequest<Outgoing>,
    /// The task that moves the connection's bytes; it ends with the sender.
    driver: Option<JoinHandle<hyper::Result<()>>>,
    scheme: uri::Scheme,
    authority: uri::Authority,
}

impl Http2 {
    pub(super) async fn new<S>(target: &Target, stream: S) -> Result<Http2, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (sender, driver) = handshake.map_err(|e| Failure::from_hyper(&e))?;
        let driver = Some(tokio::spawn(driver));
        let scheme = match target.scheme {
            Scheme::Http => uri::Scheme::HTTP,
            Scheme::Https => uri::Scheme::HTTPS,
        };
        Ok(Http2 { sender, driver, scheme, authority: target.authority.clone() })
    }

    /// Whether another request can be sent.
    pub(super) async fn usable(&mut self) -> bool {
        !self.sender.is_closed() && self.sender.ready().await.is_ok()
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        keep: Keep,
        limit: u64,
        clock: &Clock,
    ) -> Received {
        let trouble = Trouble::default();
        let head = match self.sender.send_request(self.prepare(request, &trouble)).await {
            Ok(head) => head,
            Err(e) => {
                let failure = trouble.or(why(&e, self.driver.take()).await);
                return Received { first_byte: None, done: clock.now(), result: Err(failure) };
            }
        };
        let first_byte = Some(clock.now());
        let (parts, body) = head.into_parts();
        let read = trouble.unless(read(body, keep.up_to(parts.status), limit).await);
        let result = read.map(|(body, length)| Answer {
            status: parts.status,
            headers: parts.headers.into(),
            body,
            length,
        });
        Received { first_byte, done: clock.now(), result }
    }

    fn prepare(&self, request: &Request, trouble: &Trouble) -> http::Request<Outgoing> {
        let mut prepared = http::Request::new(request.body.outgoing(trouble));
        *prepared.method_mut() = request.method.clone();
        *prepared.headers_mut() = request.headers.clone();
        prepared.headers_mut().remove(HOST);
        if let Content::File(_) = request.body {
            prepared.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| request.body.len().into());
        }
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(request.path.clone());
        // All three parts together always make a URI.
        *prepared.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        prepared
    }
}

/// Why a request failed. Where the connection ended under it, only the connection's own task knows why.
async fn why(error: &hyper::Error, driver: Option<JoinHandle<hyper::Result<()>>>) -> Failure {
    if error.is_canceled()
        && let Some(driver) = driver.filter(JoinHandle::is_finished)
        && let Ok(Err(end)) = driver.await
    {
        return Failure::from_hyper(&end);
    }
    Failure::from_hyper(error)
}

/// The body as far as it is to be kept, and its length.
async fn read(mut body: Incoming, keep: u64, limit: u64) -> Result<(Bytes, u64), Failure> {
    let mut coming = Coming::new(keep, limit);
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|e| Failure::from_hyper(&e))?.into_data() {
            coming.take(data)?;
        }
    }
    Ok(coming.end())
}
