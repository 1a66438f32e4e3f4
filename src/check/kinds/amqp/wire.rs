//! The bytes of AMQP 0-9-1: fields, tables and frames, as far as a check needs them.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// What a client says first: AMQP 0-9-1.
pub(super) const HEADER: &[u8; 8] = b"AMQP\x00\x00\x09\x01";

/// Ends every frame.
const END: u8 = 0xCE;
/// Type, channel and size before the payload.
const HEAD: usize = 7;
/// No frame may be longer: what says so is no broker. RabbitMQ's are at most 128 KiB.
const LONGEST: usize = 4 << 20;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) channel: u16,
    pub(super) payload: Bytes,
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Method,
    /// How long a message is, and what is said about it.
    Header,
    /// A part of a message.
    Body,
    Heartbeat,
}

/// Not AMQP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

impl Kind {
    const ALL: [(u8, Kind); 4] =
        [(1, Kind::Method), (2, Kind::Header), (3, Kind::Body), (8, Kind::Heartbeat)];

    fn byte(self) -> u8 {
        Kind::ALL.iter().find(|(_, kind)| *kind == self).map_or(0, |(byte, _)| *byte)
    }
}

impl Frame {
    /// Takes the first frame out of what came; `None` where it is not complete.
    pub(super) fn take(from: &mut BytesMut) -> Result<Option<Frame>, Malformed> {
        let Some(&first) = from.first() else { return Ok(None) };
        let (_, kind) = Kind::ALL.into_iter().find(|(byte, _)| *byte == first).ok_or(Malformed)?;
        let Some(mut head) = from.get(1..HEAD) else { return Ok(None) };
        let (channel, size) = (head.get_u16(), head.get_u32() as usize);
        if size > LONGEST {
            return Err(Malformed);
        }
        if from.len() < HEAD + size + 1 {
            return Ok(None);
        }
        from.advance(HEAD);
        let payload = from.split_to(size).freeze();
        if from.get_u8() == END { Ok(Some(Frame { kind, channel, payload })) } else { Err(Malformed) }
    }

    /// Puts a frame behind what is to be sent.
    pub(super) fn put(kind: Kind, channel: u16, payload: &[u8], into: &mut Vec<u8>) {
        into.put_u8(kind.byte());
        into.put_u16(channel);
        // What is sent here is short.
        into.put_u32(payload.len() as u32);
        into.put_slice(payload);
        into.put_u8(END);
    }
}

/// Writes the arguments of a method.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// A method of a class.
    pub(super) fn method(class: u16, method: u16) -> Writer {
        Writer::default().short(class).short(method)
    }

    pub(super) fn octet(mut self, value: u8) -> Writer {
        self.0.put_u8(value);
        self
    }

    pub(super) fn short(mut self, value: u16) -> Writer {
        self.0.put_u16(value);
        self
    }

    pub(super) fn long(mut self, value: u32) -> Writer {
        self.0.put_u32(value);
        self
    }

    pub(super) fn long_long(mut self, value: u64) -> Writer {
        self.0.put_u64(value);
        self
    }

    /// A text of at most 255 bytes; longer ones were refused before.
    pub(super) fn short_text(mut self, text: &str) -> Writer {
        let bytes = text.as_bytes().get(..255).unwrap_or(text.as_bytes());
        self.0.put_u8(bytes.len() as u8);
        self.0.put_slice(bytes);
        self
    }

    pub(super) fn long_text(mut self, bytes: &[u8]) -> Writer {
        self.0.put_u32(bytes.len() as u32);
        self.0.put_slice(bytes);
        self
    }

    /// A field of a table: a text.
    pub(super) fn text_field(self, name: &str, text: &str) -> Writer {
        self.short_text(name).octet(b'S').long_text(text.as_bytes())
    }

    /// A field of a table: true.
    pub(super) fn true_field(self, name: &str) -> Writer {
        self.short_text(name).octet(b't').octet(1)
    }

    /// A field of a table: a table.
    pub(super) fn table_field(self, name: &str, table: &Writer) -> Writer {
        self.short_text(name).octet(b'F').table(table)
    }

    /// A table of these fields.
    pub(super) fn table(self, fields: &Writer) -> Writer {
        self.long_text(&fields.0)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Reads the arguments of a method.
#[derive(Debug)]
pub(super) struct Reader(pub(super) Bytes);

impl Reader {
    pub(super) fn octet(&mut self) -> Result<u8, Malformed> {
        self.0.try_get_u8().map_err(|_| Malformed)
    }

    pub(super) fn short(&mut self) -> Result<u16, Malformed> {
        self.0.try_get_u16().map_err(|_| Malformed)
    }

    pub(super) fn long(&mut self) -> Result<u32, Malformed> {
        self.0.try_get_u32().map_err(|_| Malformed)
    }

    pub(super) fn long_long(&mut self) -> Result<u64, Malformed> {
        self.0.try_get_u64().map_err(|_| Malformed)
    }

    pub(super) fn short_text(&mut self) -> Result<String, Malformed> {
        let length = self.octet()?.into();
        self.text(length)
    }

    pub(super) fn long_text(&mut self) -> Result<String, Malformed> {
        let length = self.long()? as usize;
        self.text(length)
    }

    fn text(&mut self, length: usize) -> Result<String, Malformed> {
        if length > self.0.len() {
            return Err(Malformed);
        }
        Ok(String::from_utf8_lossy(&self.0.split_to(length)).into_owned())
    }

    /// The fields of a table that are texts, in their order; a field of a type that is unknown here ends the reading of
    /// that table.
    pub(super) fn texts_of_table(&mut self) -> Result<Vec<(String, String)>, Malformed> {
        let length = self.long()? as usize;
        if length > self.0.len() {
            return Err(Malformed);
        }
        let mut table = Reader(self.0.split_to(length));
        let mut texts = Vec::new();
        while !table.0.is_empty() {
            let name = table.short_text()?;
            let skip = match table.octet()? {
                b'S' => {
                    texts.push((name, table.long_text()?));
                    continue;
                }
                b'F' | b'A' | b'x' => table.long()? as usize,
                b't' | b'b' | b'B' => 1,
                b's' | b'u' => 2,
                b'I' | b'i' | b'f' => 4,
                b'l' | b'd' | b'T' => 8,
                b'D' => 5,
                b'V' => 0,
                _ => break,
            };
            table.text(skip)?;
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_gives_its_texts_and_skips_the_rest() {
        let capabilities = Writer::default().true_field("basic.nack");
        let fields = Writer::default()
            .table_field("capabilities", &capabilities)
            .text_field("product", "RabbitMQ")
            .true_field("x")
            .text_field("version", "3.10.8");
        let written = Writer::default().table(&fields).short(7);
        let mut reader = Reader(Bytes::copy_from_slice(written.bytes()));
        let texts = reader.texts_of_table().unwrap();
        assert_eq!(
            texts,
            [("product", "RabbitMQ"), ("version", "3.10.8")].map(|(a, b)| (a.into(), b.into()))
        );
        assert_eq!(reader.short(), Ok(7));
        assert_eq!(reader.short(), Err(Malformed));
    }

    #[test]
    fn what_is_no_frame_is_known_by_its_first_bytes() {
        for text in
            [&b"HTTP/1.1 400 Bad Request"[..], b"AMQP\x00\x00\x09\x01", b"\x15\x03\x03\x00\x02\x02\x46"]
        {
            assert_eq!(Frame::take(&mut BytesMut::from(text)), Err(Malformed), "{text:?}");
        }
        let long = [&[1, 0, 0][..], &u32::MAX.to_be_bytes(), &[0; 100]].concat();
        assert_eq!(Frame::take(&mut BytesMut::from(&long[..])), Err(Malformed));
    }

    proptest! {
        #[test]
        fn frames_survive_being_cut(payload: Vec<u8>, channel: u16, cut: prop::sample::Index) {
            let mut sent = Vec::new();
            Frame::put(Kind::Body, channel, &payload, &mut sent);
            let mut came = BytesMut::from(&sent[..cut.index(sent.len())]);
            prop_assert_eq!(Frame::take(&mut came), Ok(None));
            came.extend_from_slice(&sent[came.len()..]);
            let frame = Frame { kind: Kind::Body, channel, payload: payload.into() };
            prop_assert_eq!(Frame::take(&mut came), Ok(Some(frame)));
            prop_assert!(came.is_empty());
        }

        #[test]
        fn whatever_comes_nothing_panics(bytes: Vec<u8>) {
            let _ = Frame::take(&mut BytesMut::from(&bytes[..]));
            let _ = Reader(bytes.into()).texts_of_table();
        }
    }
}
