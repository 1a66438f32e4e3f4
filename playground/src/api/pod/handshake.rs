//! From an HTTP connection to a WebSocket.

use crate::api::answer::{self, Answer};
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

/// A WebSocket on a connection.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// What a connection does once its answer is sent and it is HTTP no more.
type Work = BoxFuture<'static, ()>;

/// An answer carries its session in this form.
#[derive(Clone)]
struct Session(Arc<Mutex<Option<Work>>>);

/// What a request says of becoming another protocol.
#[derive(Debug, Clone, Default)]
pub(in crate::api) struct Handshake {
    /// The protocol's name, in small letters; empty when there is none.
    upgrade: String,
    key: String,
    protocols: Vec<String>,
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
            connection: head.extensions.remove(),
        }
    }

    /// The answer that makes a WebSocket of the connection, for `serve`. Refuses when the client wants none.
    pub(super) fn accept<F, W>(&self, serve: F) -> Result<Answer, ApiError>
    where
        F: FnOnce(Socket) -> W + Send + 'static,
        W: Future<Output = ()> + Send,
    {
        let connection = match (self.upgrade.as_str(), &self.connection) {
            ("websocket", Some(connection)) if !self.key.is_empty() => connection.clone(),
            (spdy, _) if spdy.starts_with("spdy") => {
                return Err(ApiError::not_implemented("pods/exec over SPDY (WebSockets it does)"));
            }
            _ => return Err(ApiError::bad_request("Upgrade request required")),
        };
        let Some(protocol) = self.protocols.iter().find(|one| PROTOCOLS.contains(&one.as_str())) else {
            let message = format!("unable to upgrade: none of the protocols {:?} is known", self.protocols);
            return Err(ApiError::bad_request(message));
        };
        let mut answer = answer::bytes(StatusCode::SWITCHING_PROTOCOLS, "", Bytes::new());
        let headers = answer.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        for (name, text) in [
            (header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(self.key.as_bytes())),
            (header::SEC_WEBSOCKET_PROTOCOL, protocol.clone()),
        ] {
            let unfit = |_| ApiError::bad_request(format!("{name} cannot be \"{text}\""));
            headers.insert(&name, HeaderValue::from_str(&text).map_err(unfit)?);
        }
        let work: Work = Box::pin(async move {
            // An error means that the client went before its answer came.
            if let Ok(upgraded) = connection.await {
                let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None);
                serve(socket.await).await;
            }
        });
        answer.extensions_mut().insert(Session(Arc::new(Mutex::new(Some(work)))));
        Ok(answer)
    }
}

/// Takes the session that an answer carries.
pub(in crate::api) fn session(answer: &mut Answer) -> Option<Work> {
    let Session(work) = answer.extensions_mut().remove()?;
    let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
    work.take()
}

/// The words of a header that is a list.
fn words(headers: &HeaderMap, name: header::HeaderName) -> Vec<String> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|word| word.trim().to_owned()).collect()
}
