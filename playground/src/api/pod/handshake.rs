//! From an HTTP connection to a WebSocket, or to SPDY, which is all that kubectl before 1.31 speaks.

use crate::api::answer::{self, Answer};
use crate::api::pod::session::Session;
use crate::api::pod::spdy;
use crate::status::ApiError;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// The subprotocols of `pods/exec` that are known. In the second a client can end its input alone.
const PROTOCOLS: [&str; 2] = ["v4.channel.k8s.io", "v5.channel.k8s.io"];

/// The versions of the streams over SPDY that are known.
const STREAMS: [&str; 1] = ["v4.channel.k8s.io"];
/// How a client says which of them it knows.
const STREAM_VERSION: header::HeaderName = header::HeaderName::from_static("x-stream-protocol-version");

/// A WebSocket on a connection.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// What a connection does once its answer is sent and it is HTTP no more.
type Work = BoxFuture<'static, ()>;

/// An answer carries its session in this form.
#[derive(Clone)]
struct Carried(Arc<Mutex<Option<Work>>>);

/// What a request says of becoming another protocol.
#[derive(Debug, Clone, Default)]
pub(in crate::api) struct Handshake {
    /// The protocol's name, in small letters; empty when there is none.
    upgrade: String,
    key: String,
    protocols: Vec<String>,
    stream_versions: Vec<String>,
    connection: Option<OnUpgrade>,
}

impl Handshake {
    /// Reads the request's head and takes the connection from it.
    pub(in crate::api) fn read(head: &mut Parts) -> Handshake {
        let text = |name| words(&head.headers, name).join(",");
        Handshake {
            upgrade: text(header::UPGRADE).to_lowercase(),
            key: text(header::SEC_WEBSOCKET_KEY),
            protocols: words(&head.headers, header::SEC_WEBSOCKET_PROTOCOL),
            stream_versions: words(&head.headers, STREAM_VERSION),
            connection: head.extensions.remove(),
        }
    }

    /// The answer that makes something else of the connection, for `session`. Refuses when the client wants nothing
    /// that is known.
    pub(super) fn accept(&self, session: Session) -> Result<Answer, ApiError> {
        let Some(connection) = self.connection.clone() else { return Err(not_wanted()) };
        match self.upgrade.as_str() {
            "websocket" if !self.key.is_empty() => {
                let protocol = choose(&self.protocols, &PROTOCOLS)?;
                let headers = [
                    (header::UPGRADE, HeaderValue::from_static("websocket")),
                    (
                        header::SEC_WEBSOCKET_ACCEPT,
                        HeaderValue::try_from(derive_accept_key(self.key.as_bytes()))
                            .map_err(|_| not_wanted())?,
                    ),
                    (header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol)),
                ];
                Ok(switch(headers, connection, move |io| async move {
                    session.run(WebSocketStream::from_raw_socket(io, Role::Server, None).await).await;
                }))
            }
            "spdy/3.1" => {
                let version = choose(&self.stream_versions, &STREAMS)?;
                let headers = [
                    (header::UPGRADE, HeaderValue::from_static("SPDY/3.1")),
                    (STREAM_VERSION, HeaderValue::from_static(version)),
                ];
                Ok(switch(headers, connection, |io| spdy::serve(io, session)))
            }
            _ => Err(not_wanted()),
        }
    }
}

fn not_wanted() -> ApiError {
    ApiError::bad_request("Upgrade request required")
}

/// The client's first choice of those that are known.
fn choose(offered: &[String], known: &[&'static str]) -> Result<&'static str, ApiError> {
    let first = offered.iter().find_map(|one| known.iter().find(|name| *name == one));
    first.copied().ok_or_else(|| {
        ApiError::bad_request(format!("unable to upgrade: none of the protocols {offered:?} is known"))
    })
}

/// An answer after which the connection is for `serve`.
fn switch<W: Future<Output = ()> + Send>(
    headers: impl IntoIterator<Item = (header::HeaderName, HeaderValue)>,
    connection: OnUpgrade,
    serve: impl FnOnce(TokioIo<Upgraded>) -> W + Send + 'static,
) -> Answer {
    let mut answer = answer::bytes(StatusCode::SWITCHING_PROTOCOLS, "", Bytes::new());
    let all = answer.headers_mut();
    all.remove(header::CONTENT_TYPE);
    all.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    all.extend(headers);
    let work: Work = Box::pin(async move {
        // An error means that the client went before its answer came.
        if let Ok(upgraded) = connection.await {
            serve(TokioIo::new(upgraded)).await;
        }
    });
    answer.extensions_mut().insert(Carried(Arc::new(Mutex::new(Some(work)))));
    answer
}

/// Takes the session that an answer carries.
pub(in crate::api) fn session(answer: &mut Answer) -> Option<Work> {
    let Carried(work) = answer.extensions_mut().remove()?;
    let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
    work.take()
}

/// The words of a header that is a list.
fn words(headers: &HeaderMap, name: header::HeaderName) -> Vec<String> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|word| word.trim().to_owned()).collect()
}
