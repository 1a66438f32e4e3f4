//! A WebSocket to the target, over a connection of its own.

use super::connection::{Stream, in_time, reach};
use super::{Failure, Fields, Scheme, Target, wants_tls};
use crate::sample::ErrorClass;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// A longer message is refused.
const LONGEST: usize = 1024 * 1024;

/// An open socket.
pub struct Socket(WebSocketStream<Stream>);

/// What became of opening one.
pub struct SocketOpened {
    /// The socket; none where the server answered, but with something else.
    pub socket: Option<Socket>,
    /// The status: 101 where it is open.
    pub status: StatusCode,
    /// The header fields of the answer.
    pub headers: Fields,
    /// The beginning of the answer's body, where it is no socket.
    pub body: Bytes,
    /// TCP, TLS and the upgrade together.
    pub took: Duration,
}

impl Socket {
    /// Opens a socket to one of the target's addresses. The target has to speak HTTP/1.1.
    ///
    /// # Errors
    /// The connection failed, or what answers is no HTTP or takes the upgrade without making it.
    pub async fn open(
        target: &Target,
        address: SocketAddr,
        path: &str,
        (headers, subprotocol): (&HeaderMap, Option<&HeaderValue>),
    ) -> Result<SocketOpened, Failure> {
        let begun = Instant::now();
        let opening = async {
            let (stream, _) = reach(target, address).await?;
            match handshake(stream, target, path, (headers, subprotocol)).await {
                Ok((socket, answer)) => Ok((Some(Socket(socket)), answer.map(Option::unwrap_or_default))),
                Err(Error::Http(answer)) => Ok((None, answer.map(Option::unwrap_or_default))),
                Err(error) => Err(failure("opening the WebSocket", &error)),
            }
        };
        let (socket, answer) = in_time(target, address, opening).await?;
        let (head, body) = answer.into_parts();
        let headers = head.headers.into();
        Ok(SocketOpened { socket, status: head.status, headers, body: body.into(), took: begun.elapsed() })
    }

    /// Sends a text.
    ///
    /// # Errors
    /// The socket is closed or broken.
    pub async fn say(&mut self, text: String) -> Result<(), Failure> {
        self.0.send(Message::text(text)).await.map_err(|error| failure("sending the message", &error))
    }

    /// The next message as soon as it is there. Nothing is lost when this is given up in the middle.
    ///
    /// # Errors
    /// The socket was closed, or broke.
    pub async fn hear(&mut self) -> Result<String, Failure> {
        let closed = |why: String| {
            Err(Failure::new(ErrorClass::Reset, format!("the server closed the WebSocket{why}")))
        };
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                Some(Ok(Message::Binary(bytes))) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return closed(format!(" with {}: {}", u16::from(frame.code), frame.reason));
                }
                Some(Ok(Message::Close(None))) | None => return closed(String::new()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failure("waiting for a message", &error)),
            }
        }
    }

    /// Says goodbye, and waits until the server does so too.
    pub async fn close(mut self) {
        // A server that does not say goodbye has still done what it should.
        if self.0.close(None).await.is_ok() {
            while let Some(Ok(_)) = self.0.next().await {}
        }
    }
}

/// Asks for a WebSocket over an open connection.
///
/// # Errors
/// What answers is no WebSocket.
pub async fn handshake<S>(
    stream: S,
    target: &Target,
    path: &str,
    (headers, subprotocol): (&HeaderMap, Option<&HeaderValue>),
) -> Result<(WebSocketStream<S>, Response<Option<Vec<u8>>>), Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let scheme = if target.scheme == Scheme::Https { "wss" } else { "ws" };
    let mut request = format!("{scheme}://{}{path}", target.authority).into_client_request()?;
    request.headers_mut().extend(headers.clone());
    if let Some(subprotocol) = subprotocol {
        request.headers_mut().insert("sec-websocket-protocol", subprotocol.clone());
    }
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST));
    client_async_with_config(request, stream, Some(config)).await
}

/// What to do about an answer that is no WebSocket.
pub fn refusal(status: StatusCode, body: &[u8]) -> &'static str {
    match status.as_u16() {
        _ if wants_tls(status, body) => "a port that speaks TLS answers so: write https://, or wss://",
        401 | 403 => "look at the credentials in `headers`",
        404 => "correct the path",
        400 | 426 | 200..=299 => {
            "a proxy on the way may not hand the upgrade on (nginx: `proxy_set_header Upgrade $http_upgrade`)"
        }
        502 => "the proxy on the way does not reach the service, or does not hand the upgrade on",
        503 | 504 => "the proxy on the way does not reach the service",
        _ => "look into its log",
    }
}

fn failure(what: &str, error: &Error) -> Failure {
    match error {
        Error::Io(error) => Failure::from_io(error, what),
        Error::ConnectionClosed | Error::AlreadyClosed => {
            Failure::new(ErrorClass::Reset, format!("{what}: the server closed the connection"))
        }
        Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            let text = format!("{what}: the server closed the connection before it had answered");
            Failure::new(ErrorClass::Reset, text)
        }
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            Failure::new(ErrorClass::Reset, format!("{what}: {error}"))
        }
        error => Failure::new(ErrorClass::Protocol, format!("{what}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{HttpVersion, TlsOptions};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// What becomes of opening a socket where the server answers with these bytes and goes.
    async fn opened(answer: &'static [u8]) -> Result<SocketOpened, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(answer).await.unwrap();
        });
        let limit = Duration::from_secs(20);
        let target =
            Target::new(&format!("http://{address}"), HttpVersion::Http1, &TlsOptions::default(), limit)
                .unwrap();
        let opened = Socket::open(&target, address, "/", (&HeaderMap::new(), None)).await;
        serving.await.unwrap();
        opened
    }

    #[tokio::test]
    async fn a_server_that_goes_in_the_middle_of_the_upgrade_has_reset_the_connection() {
        for (answer, class) in [
            (&b""[..], ErrorClass::Reset),
            (b"HTTP/1.1 101 Switching Protocols\r\nupgr", ErrorClass::Reset),
            (b"220 mail.test ESMTP\r\n\r\n", ErrorClass::Protocol),
            (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", ErrorClass::Protocol),
        ] {
            let failure = opened(answer).await.err().unwrap();
            assert_eq!(failure.class, class, "{}", failure.text);
        }
    }
}
