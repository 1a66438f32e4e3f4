//! The messages of `pods/exec`: the first byte says which channel the rest belongs to.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Message;

/// From the client: the command's input.
const STDIN: u8 = 0;
/// To the client: what the command prints.
pub(super) const STDOUT: u8 = 1;
/// To the client: what it prints as errors.
pub(super) const STDERR: u8 = 2;
/// To the client: how it ended, as a `Status`.
pub(super) const STATUS: u8 = 3;
/// From the client, in v5: the channel that is named is at its end.
const CLOSE: u8 = 255;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Input(Bytes),
    EndOfInput,
    /// It closes the connection.
    Bye,
    /// The size of a terminal, pings, and what is not known.
    Nothing,
}

/// Understands a client's message.
pub(super) fn read(message: Message) -> Said {
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
pub(super) fn write(channel: u8, content: &[u8]) -> Message {
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
