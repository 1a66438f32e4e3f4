//! An HTTP/2 connection, by hyper. It answers pings and settings between requests, so it has a task of its own.

use super::received::{Received, read};
use super::{Failure, Keep, Request, Scheme, Target};
use crate::clock::Clock;
use bytes::Bytes;
use http::header::HOST;
use http::uri::{self, Uri};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

/// One connection, used for one request at a time.
pub(super) struct Http2 {
    sender: http2::SendRequest<Full<Bytes>>,
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
        let head = match self.sender.send_request(self.prepare(request)).await {
            Ok(head) => head,
            Err(e) => {
                let failure = why(&e, self.driver.take()).await;
                return Received { first_byte: None, done: clock.now(), result: Err(failure) };
            }
        };
        let first_byte = Some(clock.now());
        let (parts, body) = head.into_parts();
        let read = read(body, keep.up_to(parts.status), limit, |e| Failure::from_hyper(&e)).await;
        let result = read.map(|whole| whole.answer(parts));
        Received { first_byte, done: clock.now(), result }
    }

    fn prepare(&self, request: &Request) -> http::Request<Full<Bytes>> {
        let mut prepared = http::Request::new(Full::new(request.body.clone()));
        *prepared.method_mut() = request.method.clone();
        *prepared.headers_mut() = request.headers.clone();
        prepared.headers_mut().remove(HOST);
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
