//! HTTP/1.1 and HTTP/2 on any stream, with answers from a function.

use crate::answer::{Answer, Seen};
use http::header::HOST;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// From a request to its answer.
pub(crate) type Respond = Arc<dyn Fn(Seen) -> Answer + Send + Sync>;

/// Serves one connection until it ends.
pub(crate) async fn serve<I>(stream: I, respond: Respond)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let respond = Arc::clone(&respond);
        async move { Ok::<_, hyper::Error>(response(respond(seen(request).await?))) }
    });
    // However the client leaves is the test's business.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// The request when all of it has arrived.
pub(crate) async fn seen(request: Request<Incoming>) -> Result<Seen, hyper::Error> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let header = head.headers.get(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
    let host = head.uri.authority().map(|authority| authority.as_str().into()).or(header).unwrap_or_default();
    let host = host.into_owned();
    let body = body.collect().await?.to_bytes();
    Ok(Seen { method: head.method, path, host, version: head.version, headers: head.headers, body })
}

pub(crate) fn response(answer: Answer) -> Response<Full<bytes::Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}
