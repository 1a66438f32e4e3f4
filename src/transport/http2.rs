//! An HTTP/2 connection, by hyper. It answers pings and settings between requests, so it has a task of its own.

use super::content::{Outgoing, Trouble};
use super::received::{Received, read};
use super::{Content, Failure, Keep, Request, Scheme, Target};
use crate::clock::{Clock, Offset};
use crate::sample::ErrorClass;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use http::uri::{self, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncRead, AsyncWrite};

/// Requests that go out before the server has said how many it takes at once: it might refuse any further one.
const BEFORE_SETTINGS: usize = 1;

/// A handle on one connection. Each is used for one request at a time; the connection ends with its last handle.
#[derive(Clone)]
pub(super) struct Http2 {
    sender: http2::SendRequest<Outgoing>,
    state: Arc<State>,
    scheme: uri::Scheme,
    authority: uri::Authority,
}

/// What the task knows that moves the connection's bytes.
struct State {
    /// How many requests the server takes at once, once it has said so.
    streams: AtomicUsize,
    /// Something came from the server, and its settings come first.
    heard: AtomicBool,
    /// Why the connection ended, where it ended by a failure.
    end: OnceLock<Failure>,
}

impl Http2 {
    pub(super) async fn new<S>(target: &Target, stream: S) -> Result<Http2, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_max_send_streams(BEFORE_SETTINGS);
        let handshake = builder.handshake(TokioIo::new(stream)).await;
        let (sender, mut driver) = handshake.map_err(|e| Failure::from_hyper(&e))?;
        let streams = AtomicUsize::new(BEFORE_SETTINGS);
        let state = Arc::new(State { streams, heard: AtomicBool::new(false), end: OnceLock::new() });
        let told = Arc::clone(&state);
        // It ends with the last sender.
        tokio::spawn(async move {
            let moved = poll_fn(|cx| {
                let polled = Pin::new(&mut driver).poll(cx);
                told.streams.store(driver.current_max_send_streams(), Relaxed);
                polled
            });
            if let Err(end) = moved.await {
                // Nobody else sets it.
                let _ = told.end.set(Failure::from_hyper(&end));
            }
        });
        let scheme = match target.scheme {
            Scheme::Http => uri::Scheme::HTTP,
            Scheme::Https => uri::Scheme::HTTPS,
        };
        Ok(Http2 { sender, state, scheme, authority: target.authority.clone() })
    }

    /// Whether another request can be sent.
    pub(super) async fn usable(&mut self) -> bool {
        !self.sender.is_closed() && self.sender.ready().await.is_ok()
    }

    /// How many requests the connection can carry at once now, as far as is known.
    pub(super) fn streams(&self) -> usize {
        match self.state.streams.load(Relaxed) {
            _ if self.sender.is_closed() => 0,
            BEFORE_SETTINGS if !self.state.heard.load(Relaxed) => usize::MAX,
            streams => streams,
        }
    }

    /// Sends a request and reads the whole answer; `began` is called when its head is there.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        keep: Keep,
        limit: u64,
        clock: &Clock,
        began: impl FnOnce(Offset),
    ) -> Received {
        let trouble = Trouble::default();
        let head = match self.begin_with(request, &trouble).await {
            Ok(head) => head,
            Err(failure) => {
                return Received { first_byte: None, done: clock.now(), result: Err(failure) };
            }
        };
        let first_byte = clock.now();
        began(first_byte);
        let (parts, body) = head.into_parts();
        let read = read(body, keep.up_to(parts.status), limit, |e| Failure::from_hyper(&e)).await;
        let result = trouble.unless(read).map(|whole| whole.answer(parts));
        Received { first_byte: Some(first_byte), done: clock.now(), result }
    }

    /// Sends a request and gives the head of the answer; its body comes by itself.
    pub(super) async fn begin(&mut self, request: &Request) -> Result<http::Response<Incoming>, Failure> {
        self.begin_with(request, &Trouble::default()).await
    }

    async fn begin_with(
        &mut self,
        request: &Request,
        trouble: &Trouble,
    ) -> Result<http::Response<Incoming>, Failure> {
        let sent = self.sender.send_request(self.prepare(request, trouble)?).await;
        let head = sent.map_err(|e| trouble.or(self.why(&e)))?;
        self.state.heard.store(true, Relaxed);
        Ok(head)
    }

    /// The request with its host where HTTP/2 wants it.
    fn prepare(&self, request: &Request, trouble: &Trouble) -> Result<http::Request<Outgoing>, Failure> {
        let mut prepared = http::Request::new(request.body.outgoing(trouble));
        *prepared.method_mut() = request.method.clone();
        *prepared.headers_mut() = request.headers.clone();
        prepared.headers_mut().remove(HOST);
        if let Content::File(_) = request.body {
            prepared.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| request.body.len().into());
        }
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(match request.other_host(&self.authority) {
            Some(host) => uri::Authority::try_from(host.as_bytes()).map_err(|_| not_a_host(host))?,
            None => self.authority.clone(),
        });
        parts.path_and_query = Some(request.path.clone());
        // All three parts together always make a URI.
        *prepared.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        Ok(prepared)
    }

    /// Why a request failed. Where the connection ended under it, only the connection's own task knows why.
    fn why(&self, error: &hyper::Error) -> Failure {
        let failure = Failure::from_hyper(error);
        let end = self.state.end.get().filter(|_| error.is_canceled() || failure.class == ErrorClass::Reset);
        end.cloned().unwrap_or(failure)
    }
}

fn not_a_host(written: &HeaderValue) -> Failure {
    let text = format!(
        "a value of the run does not fit into the header host: {written:?}; HTTP/2 can name a host only"
    );
    Failure::new(ErrorClass::Assertion, text)
}
