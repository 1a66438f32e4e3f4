//! An HTTP/1.1 connection that is driven by the task that uses it: no second task, no wake-up between the two.

use super::Failure;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};

/// The connection and the half of hyper that moves its bytes.
pub(super) struct Http1<S: AsyncRead + AsyncWrite + Unpin + 'static> {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: Option<http1::Connection<TokioIo<S>, Full<Bytes>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Http1<S> {
    pub(super) async fn new(stream: S) -> Result<Self, Failure> {
        let handshake = http1::Builder::new().handshake(TokioIo::new(stream)).await;
        let (sender, driver) = handshake.map_err(|e| Failure::from_hyper(&e))?;
        Ok(Http1 { sender, driver: Some(driver) })
    }

    /// Whether another request can be sent: looks at the socket first, so that a server's close is seen before the
    /// next request is lost on it.
    pub(super) async fn usable(&mut self) -> bool {
        let Http1 { sender, driver } = self;
        let ready = poll_fn(|cx| {
            let Some(connection) = driver else { return Poll::Ready(false) };
            if Pin::new(connection).poll(cx).is_ready() {
                *driver = None;
                return Poll::Ready(false);
            }
            // One look is enough: after a whole answer the connection is ready or it never will be.
            Poll::Ready(sender.is_ready())
        });
        ready.await
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Failure> {
        let answer = self.sender.send_request(request);
        drive(&mut self.driver, answer).await.map_err(|e| Failure::from_hyper(&e))
    }

    /// Waits for anything that needs the connection to move on, such as a piece of a body.
    pub(super) async fn drive<F: Future>(&mut self, wanted: F) -> F::Output {
        drive(&mut self.driver, wanted).await
    }
}

/// Polls the connection, then what is wanted from it, in one task.
async fn drive<S, F>(driver: &mut Option<http1::Connection<TokioIo<S>, Full<Bytes>>>, wanted: F) -> F::Output
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    F: Future,
{
    let mut wanted = pin!(wanted);
    poll_fn(|cx| {
        if let Some(connection) = driver
            && Pin::new(connection).poll(cx).is_ready()
        {
            // Its error, if any, also reaches the request that waits.
            *driver = None;
        }
        wanted.as_mut().poll(cx)
    })
    .await
}
