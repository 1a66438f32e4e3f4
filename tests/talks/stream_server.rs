//! A server of streams, one for each path, over HTTP/1.1 and HTTP/2.

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::io;
use std::pin::Pin;
use support::{Raw, TlsServer, TlsSetup};
use tokio::io::{AsyncRead, AsyncWrite};

type Pieces = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, io::Error>> + Send>>;

pub fn start() -> Raw {
    Raw::start(serve)
}

pub fn start_over_tls(setup: &TlsSetup) -> TlsServer {
    TlsServer::serving(setup, serve)
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    // However the client leaves is the test's business.
    let _ =
        Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<StreamBody<Pieces>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let asked = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
    let ticks = |n: usize| (0..n).map(|n| format!("event: tick\ndata: {{\"n\": {n}}}\n\n"));
    let done = || "event: done\ndata: {\"id\": \"x7\"}\n\n".to_owned();
    let silence = || stream::pending().boxed();
    let (kind, pieces): (&str, Pieces) = match head.uri.path() {
        "/events" => ("text/event-stream", all(ticks(3).chain([done()]))),
        "/endless" => ("text/event-stream; charset=utf-8", all(ticks(3)).chain(silence()).boxed()),
        "/quiet" => ("text/event-stream", silence()),
        "/cut" => {
            let cut = stream::once(async { Err(io::Error::other("the machine is on fire")) });
            // What was said before the cut is on its way by then.
            let wait = stream::once(tokio::time::sleep(std::time::Duration::from_millis(50)));
            let wait = wait.filter_map(|()| async { None });
            ("text/event-stream", all(ticks(2)).chain(wait).chain(cut).boxed())
        }
        "/pieces" => ("text/plain", all(["one ", "two ", "three"].map(str::to_owned))),
        "/tokens" => {
            let words = asked.split_whitespace().map(|word| format!("data: {{\"token\": \"{word}\"}}\n\n"));
            let words: Vec<String> = words.chain(["data: [DONE]\n\n".to_owned()]).collect();
            ("text/event-stream", all(words).chain(silence()).boxed())
        }
        path => {
            let body: Pieces = all([format!("nothing at {path} for {}", head.method)]);
            let mut response = Response::new(StreamBody::new(body));
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        }
    };
    Ok(Response::builder().header("content-type", kind).body(StreamBody::new(pieces)).unwrap())
}

fn all(pieces: impl IntoIterator<Item = String>) -> Pieces {
    let pieces: Vec<_> = pieces.into_iter().map(|piece| Ok(Frame::data(Bytes::from(piece)))).collect();
    stream::iter(pieces).boxed()
}
