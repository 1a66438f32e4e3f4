//! The framing of messages: a flag, a length of four bytes, the message.

use bytes::{BufMut, Bytes, BytesMut};
use prost_reflect::prost::Message;

/// What stands before each message.
const HEAD: usize = 5;

/// Messages that cannot be framed, or come wrongly framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    /// Longer than a length of four bytes can say.
    #[error("a message of {0} bytes cannot be sent")]
    TooLong(usize),
    /// The stream ends before the message does.
    #[error("the answer ends within a message: {got} of {wanted} bytes")]
    Cut {
        /// How many bytes there are.
        got: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// A compressed message, though nobody said that we could read one.
    #[error("the message is compressed, though no compression was offered")]
    Compressed,
    /// A flag that means nothing.
    #[error("the message begins with the byte {0}, where only 0 and 1 have a meaning")]
    Flag(u8),
}

/// The message with its head.
pub(super) fn framed(message: &impl Message) -> Result<Bytes, FrameError> {
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(HEAD + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).map_err(|_| FrameError::TooLong(length))?);
    // There is room for all of it, which is the only thing that could be wrong.
    let _ = message.encode(&mut frame);
    Ok(frame.freeze())
}

/// The messages of a body, each without its head. What is wrong ends them.
pub(super) struct Frames(Bytes);

impl Frames {
    /// The messages of this body.
    pub(super) fn of(body: &Bytes) -> Frames {
        Frames(body.clone())
    }

    fn take(&mut self) -> Result<Bytes, FrameError> {
        let got = self.0.len();
        let Some((flag, length)) = self
            .0
            .split_first_chunk::<HEAD>()
            .map(|(head, _)| (head[0], u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize))
        else {
            return Err(FrameError::Cut { got, wanted: HEAD });
        };
        match flag {
            0 => {}
            1 => return Err(FrameError::Compressed),
            other => return Err(FrameError::Flag(other)),
        }
        let wanted = HEAD.saturating_add(length);
        if got < wanted {
            return Err(FrameError::Cut { got, wanted });
        }
        Ok(self.0.split_to(wanted).slice(HEAD..))
    }
}

impl Iterator for Frames {
    type Item = Result<Bytes, FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let taken = self.take();
        if taken.is_err() {
            self.0.clear();
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(body: &[u8]) -> Result<Vec<Bytes>, FrameError> {
        Frames::of(&Bytes::copy_from_slice(body)).collect()
    }

    #[test]
    fn bodies_and_what_is_wrong_with_them() {
        for (body, error) in [
            (&[0, 0, 0][..], FrameError::Cut { got: 3, wanted: 5 }),
            (&[0, 0, 0, 0, 2, 9], FrameError::Cut { got: 6, wanted: 7 }),
            (&[0, 0, 0, 0, 1, 9, 0], FrameError::Cut { got: 1, wanted: 5 }),
            (&[0, 255, 255, 255, 255], FrameError::Cut { got: 5, wanted: 4_294_967_300 }),
            (&[1, 0, 0, 0, 0], FrameError::Compressed),
            (b"<html>", FrameError::Flag(b'<')),
        ] {
            assert_eq!(read(body), Err(error), "{body:?}");
        }
        assert_eq!(read(&[]), Ok(vec![]));
        assert_eq!(read(&[0, 0, 0, 0, 0]), Ok(vec![Bytes::new()]));
    }

    proptest! {
        #[test]
        fn what_is_framed_is_read_again(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..5)) {
            // A `Vec<u8>` is as a message what the wrapper `BytesValue` is: one field, left out when empty.
            let body: Vec<u8> = messages.iter().flat_map(|message| framed(message).unwrap()).collect();
            let again: Vec<Vec<u8>> =
                read(&body).unwrap().into_iter().map(|frame| Message::decode(frame).unwrap()).collect();
            prop_assert_eq!(again, messages);
        }

        #[test]
        fn no_body_makes_more_bytes_than_it_has(body in prop::collection::vec(any::<u8>(), 0..64)) {
            let frames: Vec<_> = Frames::of(&Bytes::from(body.clone())).collect();
            let kept: usize = frames.iter().flatten().map(|frame| frame.len() + HEAD).sum();
            prop_assert!(kept <= body.len());
            prop_assert!(frames.iter().rev().skip(1).all(Result::is_ok), "what is wrong ends them");
        }
    }
}
