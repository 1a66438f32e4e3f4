//! A session on a WebSocket. The first byte of a message says which channel the rest belongs to.

use crate::api::pod::handshake::Socket;
use crate::api::pod::transport::{Gone, Incoming, Outgoing, Output, Said, Transport};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// How long the client has to close the connection after the end.
const GOODBYE: Duration = Duration::from_secs(5);

/// From the client: the command's input.
const STDIN: u8 = 0;
/// To the client: what the command prints.
const STDOUT: u8 = 1;
/// To the client: what it prints as errors.
const STDERR: u8 = 2;
/// To the client: how it ended, as a `Status`.
const STATUS: u8 = 3;
/// From the client, in v5: the channel that is named is at its end.
const CLOSE: u8 = 255;

impl Transport for Socket {
    fn split(&mut self) -> (impl Outgoing, impl Incoming) {
        let (sink, source) = StreamExt::split(self);
        (Sending(sink), Receiving(source))
    }

    async fn finish(mut self, status: &[u8]) {
        if self.send(write(STATUS, status)).await.is_err() {
            return;
        }
        // What the client has still sent must be read, or the system would drop what was sent to it.
        let farewell = async {
            // kubectl takes a close without this code for an error.
            let normal = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
            if self.close(Some(normal)).await.is_ok() {
                while let Some(Ok(_)) = self.next().await {}
            }
            // TLS has a goodbye of its own. An error means that the client was faster.
            let _ = self.get_mut().shutdown().await;
        };
        let _ = timeout(GOODBYE, farewell).await;
    }
}

struct Sending<S>(S);

impl<S: Sink<Message, Error = Error> + Unpin + Send> Outgoing for Sending<S> {
    async fn print(&mut self, output: Output, content: &[u8]) -> Result<(), Gone> {
        let channel = match output {
            Output::Stdout => STDOUT,
            Output::Stderr => STDERR,
        };
        self.0.send(write(channel, content)).await.map_err(|_| Gone)
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        self.0.send(Message::Ping(Bytes::new())).await.map_err(|_| Gone)
    }
}

struct Receiving<S>(S);

impl<S: Stream<Item = Result<Message, Error>> + Unpin + Send> Incoming for Receiving<S> {
    async fn hear(&mut self) -> Said {
        match self.0.next().await {
            Some(Ok(message)) => read(message),
            _ => Said::Bye,
        }
    }
}

/// Understands a client's message.
fn read(message: Message) -> Said {
    let content: Bytes = match message {
        Message::Binary(content) => content,
        Message::Text(content) => content.into(),
        Message::Close(_) => return Said::Bye,
        _ => return Said::Nothing,
    };
    match content.as_ref() {
        [STDIN, ..] => Said::Input(content.slice(1..)),
        [CLOSE, STDIN] => Said::EndOfInput,
        _ => Said::Nothing,
    }
}

/// A message to the client.
fn write(channel: u8, content: &[u8]) -> Message {
    let mut bytes = Vec::with_capacity(content.len() + 1);
    bytes.push(channel);
    bytes.extend_from_slice(content);
    Message::Binary(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_understood_by_their_first_byte() {
        for (content, expected) in [
            (&b"\0in"[..], Said::Input(Bytes::from_static(b"in"))),
            (b"\0", Said::Input(Bytes::new())),
            (b"\xff\0", Said::EndOfInput),
            (b"\xff\x01", Said::Nothing),
            (b"\x04{\"Width\":80,\"Height\":25}", Said::Nothing),
            (b"", Said::Nothing),
        ] {
            assert_eq!(read(Message::Binary(Bytes::from_static(content))), expected, "{content:?}");
        }
        assert_eq!(read(Message::Close(None)), Said::Bye);
        assert_eq!(write(STDERR, b"no"), Message::Binary(Bytes::from_static(b"\x02no")));
    }
}
