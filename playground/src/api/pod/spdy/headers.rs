//! Header blocks. All blocks of one direction are one zlib stream, flushed after each block.

use crate::api::pod::spdy::dictionary::{CHECKSUM, dictionary};
use crate::api::pod::spdy::parse::{Broken, number, take};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// Names, in small letters, and values.
pub(super) type Headers = Vec<(String, String)>;

/// A block takes at most so many bytes, uncompressed; those of Kubernetes' clients take less than a hundred.
const LARGEST: usize = 16 * 1024;
/// zlib's first bytes: deflate with a window of 32 KiB, not compressed well, from a dictionary.
const ZLIB: [u8; 2] = [0x78, 0x20];
/// Of the second byte: a dictionary's checksum follows.
const FROM_DICTIONARY: u8 = 0x20;

/// Reads a connection's blocks, in their order.
pub(super) struct Decompressor {
    state: Box<InflateState>,
    begun: bool,
}

impl Decompressor {
    pub(super) fn new() -> Decompressor {
        Decompressor { state: InflateState::new_boxed(DataFormat::Raw), begun: false }
    }

    /// The headers of the next block.
    pub(super) fn read(&mut self, block: &[u8]) -> Result<Headers, Broken> {
        let mut rest = block;
        if !self.begun {
            self.begun = true;
            let [method, flags] = take(&mut rest, 2)? else { return Err(Broken::CutOff) };
            let from = number(&mut rest)?;
            if method & 0xf != 8 || flags & FROM_DICTIONARY == 0 || from != CHECKSUM {
                return Err(Broken::Compression);
            }
            // A stream that begins with the dictionary, uncompressed, goes on as one that presupposes it.
            self.inflate(&stored(&dictionary()))?;
        }
        pairs(&self.inflate(rest)?)
    }

    fn inflate(&mut self, mut compressed: &[u8]) -> Result<Vec<u8>, Broken> {
        let (mut bytes, mut piece) = (Vec::new(), vec![0; LARGEST]);
        loop {
            let step = inflate(&mut self.state, compressed, &mut piece, MZFlush::None);
            bytes.extend_from_slice(&piece[..step.bytes_written]);
            compressed = &compressed[step.bytes_consumed..];
            match step.status {
                // Nothing more can be done with what is there.
                Err(MZError::Buf) if compressed.is_empty() => return Ok(bytes),
                Ok(MZStatus::Ok) if bytes.len() <= LARGEST => {}
                Ok(MZStatus::Ok) => return Err(Broken::TooLarge),
                _ => return Err(Broken::Compression),
            }
        }
    }
}

fn pairs(mut rest: &[u8]) -> Result<Headers, Broken> {
    let text = |rest: &mut &[u8]| -> Result<String, Broken> {
        let length = number(rest)? as usize;
        let bytes = take(rest, length)?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Broken::Text)
    };
    let count = number(&mut rest)?;
    let mut headers = Headers::new();
    for _ in 0..count {
        headers.push((text(&mut rest)?, text(&mut rest)?));
    }
    Ok(headers)
}

/// Writes a connection's blocks. They are so few and small that nothing is compressed.
#[derive(Debug, Default)]
pub(super) struct Compressor {
    begun: bool,
}

impl Compressor {
    /// The next block.
    pub(super) fn write(&mut self, headers: &[(String, String)]) -> Vec<u8> {
        let mut plain = (headers.len() as u32).to_be_bytes().to_vec();
        for text in headers.iter().flat_map(|(name, value)| [name, value]) {
            plain.extend_from_slice(&(text.len() as u32).to_be_bytes());
            plain.extend_from_slice(text.as_bytes());
        }
        let mut block = Vec::new();
        if !self.begun {
            self.begun = true;
            block.extend_from_slice(&ZLIB);
            block.extend_from_slice(&CHECKSUM.to_be_bytes());
        }
        for piece in plain.chunks(usize::from(u16::MAX)) {
            block.extend_from_slice(&stored(piece));
        }
        // The flush: readers hold back what comes before it.
        block.extend_from_slice(&stored(&[]));
        block
    }
}

/// A block of deflate with its content as it is, at most 65535 bytes.
fn stored(content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16;
    let mut block = vec![0];
    block.extend_from_slice(&length.to_le_bytes());
    block.extend_from_slice(&(!length).to_le_bytes());
    block.extend_from_slice(content);
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::core::CompressorOxide;
    use miniz_oxide::deflate::stream::deflate;
    use proptest::prelude::*;

    fn owned(headers: &[(&str, &str)]) -> Headers {
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// What zlib 1.3 writes at its best level for what kubectl says first.
    #[test]
    fn blocks_of_zlib_itself_are_read() {
        let mut reader = Decompressor::new();
        for (block, purpose) in [
            ("78f9e3c6a7c202a62346703a2b294a4dcc851625aca9a08006000000ffff", "error"),
            ("c22e555c02cc2e00000000ffff", "stdin"),
            ("c22a054ce729f9a52500000000ffff", "stdout"),
            ("c229073414000000ffff", "stderr"),
        ] {
            let digits = block.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
            let block: Vec<u8> = digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
            assert_eq!(reader.read(&block), Ok(owned(&[("streamtype", purpose)])));
        }
    }

    #[test]
    fn what_is_no_block_of_the_stream_is_refused() {
        let mut large = Compressor::default();
        let large = large.write(&owned(&[("name", &"x".repeat(LARGEST))]));
        let plain = Compressor::default().write(&[]);
        for (block, expected) in [
            (&large[..], Broken::TooLarge),
            (&plain[..5], Broken::CutOff),
            (&plain[..8], Broken::CutOff),
            (b"\x78\x9c\xe3\xc6\xa7\xc2", Broken::Compression),
            (b"\x78\x20\0\0\0\0", Broken::Compression),
            (b"\x78\x20\xe3\xc6\xa7\xc2\x07", Broken::Compression),
        ] {
            assert_eq!(Decompressor::new().read(block), Err(expected), "{block:?}");
        }
    }

    /// Blocks as a client with a real compressor writes them.
    fn compressed(blocks: &[Headers], level: u8) -> Vec<Vec<u8>> {
        let mut state = Box::<CompressorOxide>::default();
        state.set_format_and_level(DataFormat::Raw, level);
        let mut flush = |plain: &[u8]| {
            let mut out = vec![0; 4 * plain.len() + 64];
            let done = deflate(&mut state, plain, &mut out, MZFlush::Sync);
            assert_eq!((done.status, done.bytes_consumed), (Ok(MZStatus::Ok), plain.len()));
            out.truncate(done.bytes_written);
            out
        };
        flush(&dictionary());
        let mut first = [&ZLIB[..], &CHECKSUM.to_be_bytes()].concat();
        let mut plain = Compressor { begun: true };
        let mut all = Vec::new();
        for headers in blocks {
            let stored = plain.write(headers);
            // Without the frames of the two stored blocks.
            first.extend(flush(&stored[5..stored.len() - 5]));
            all.push(std::mem::take(&mut first));
        }
        all
    }

    proptest! {
        #[test]
        fn any_headers_come_through(
            blocks in prop::collection::vec(prop::collection::vec(("[a-z-]{1,16}", ".{0,40}"), 0..8), 1..8),
            level in 0_u8..=10,
        ) {
            let mut writer = Compressor::default();
            let (mut of_ours, mut of_theirs) = (Decompressor::new(), Decompressor::new());
            for (headers, theirs) in blocks.iter().zip(compressed(&blocks, level)) {
                prop_assert_eq!(&of_ours.read(&writer.write(headers)), &Ok(headers.clone()));
                prop_assert_eq!(&of_theirs.read(&theirs), &Ok(headers.clone()));
            }
        }

        #[test]
        fn any_bytes_are_headers_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Decompressor::new();
            drop(reader.read(&Compressor::default().write(&[])));
            drop(reader.read(&bytes));
        }
    }
}
