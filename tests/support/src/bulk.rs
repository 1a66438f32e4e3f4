//! A server of long bodies, in both directions.

use crate::loopback::Loopback;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::task::{Context, Poll};
use tokio::sync::watch;

static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// Gives a body of `length` bytes to whoever gets something, takes the body of whoever sends one, and begins with
/// neither until `at_once` requests are there. It keeps no body. HTTP/1.1 and HTTP/2 by prior knowledge.
#[derive(Debug)]
pub struct Bulk {
    loopback: Loopback,
    taken: Arc<AtomicU64>,
}

impl Bulk {
    /// Starts one.
    pub fn start(length: u64, at_once: u64) -> Bulk {
        let (here, all_here) = watch::channel(0_u64);
        let (here, taken) = (Arc::new(here), Arc::new(AtomicU64::new(0)));
        let sum = Arc::clone(&taken);
        let loopback = Loopback::start(move |stream| {
            let (here, all_here, sum) = (Arc::clone(&here), all_here.clone(), Arc::clone(&sum));
            async move {
                let service = service_fn(move |request| {
                    let (here, mut all_here, sum) = (Arc::clone(&here), all_here.clone(), Arc::clone(&sum));
                    async move {
                        here.send_modify(|here| *here += 1);
                        let _ = all_here.wait_for(|here| *here >= at_once).await;
                        sum.fetch_add(take(request).await?, SeqCst);
                        Ok::<_, hyper::Error>(Response::new(Pieces { left: length }))
                    }
                });
                // However the client leaves is the test's business.
                let _ =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            }
        });
        Bulk { loopback, taken }
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.loopback.addr()
    }

    /// How many bytes of bodies came that were complete.
    pub fn taken(&self) -> u64 {
        self.taken.load(SeqCst)
    }
}

/// Takes a body to its end; its length.
async fn take(request: Request<Incoming>) -> Result<u64, hyper::Error> {
    let (mut body, mut length) = (request.into_body(), 0);
    while let Some(frame) = body.frame().await {
        length += frame?.data_ref().map_or(0, |piece| piece.len() as u64);
    }
    Ok(length)
}

/// A body that is made piece by piece.
struct Pieces {
    left: u64,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = usize::try_from(self.left).unwrap_or(usize::MAX).min(PIECE.len());
        self.left -= next as u64;
        Poll::Ready((next > 0).then(|| Ok(Frame::data(Bytes::from_static(&PIECE[..next])))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
