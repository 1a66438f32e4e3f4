//! From what a program prints to entries of a log.

use crate::cri::{self, Stream, Tag};

/// A longer line is split into entries of this size, in bytes, as containerd does.
const LONGEST: usize = 16 * 1024;

/// One stream of a program, cut into lines.
#[derive(Debug)]
pub(super) struct Lines {
    stream: Stream,
    /// The beginning of a line.
    held: Vec<u8>,
}

impl Lines {
    pub(super) fn new(stream: Stream) -> Lines {
        Lines { stream, held: Vec::new() }
    }

    /// Takes what was printed at `time`; the entries that it completes are appended to `out`.
    pub(super) fn push(&mut self, mut chunk: &[u8], time: &str, out: &mut Vec<u8>) {
        while !chunk.is_empty() {
            let room = LONGEST - self.held.len();
            let within = &chunk[..chunk.len().min(room)];
            if let Some(end) = within.iter().position(|byte| *byte == b'\n') {
                self.entry(Tag::Full, &chunk[..end], time, out);
                chunk = &chunk[end + 1..];
            } else if within.len() == room {
                self.entry(Tag::Partial, within, time, out);
                chunk = &chunk[room..];
            } else {
                self.held.extend_from_slice(chunk);
                return;
            }
        }
    }

    /// The end of the stream: what has no end of line is a part of one.
    pub(super) fn finish(&mut self, time: &str, out: &mut Vec<u8>) {
        if !self.held.is_empty() {
            self.entry(Tag::Partial, &[], time, out);
        }
    }

    fn entry(&mut self, tag: Tag, rest: &[u8], time: &str, out: &mut Vec<u8>) {
        if self.held.is_empty() {
            cri::write(out, time, self.stream, tag, rest);
        } else {
            self.held.extend_from_slice(rest);
            cri::write(out, time, self.stream, tag, &self.held);
            self.held.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn recorded(chunks: &[Vec<u8>]) -> Vec<u8> {
        let (mut lines, mut out) = (Lines::new(Stream::Stdout), Vec::new());
        for chunk in chunks {
            lines.push(chunk, "t", &mut out);
        }
        lines.finish("t", &mut out);
        out
    }

    fn printed(log: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        for line in log.split_inclusive(|byte| *byte == b'\n') {
            let entry = cri::read(line.strip_suffix(b"\n").unwrap()).unwrap();
            assert!(entry.text.len() <= LONGEST, "{} bytes in one entry", entry.text.len());
            text.extend_from_slice(entry.text);
            if entry.tag == Tag::Full {
                text.push(b'\n');
            }
        }
        text
    }

    #[test]
    fn a_line_without_an_end_and_a_long_line_come_in_parts() {
        assert_eq!(recorded(&[b"a\nb".to_vec(), b"c".to_vec()]), b"t stdout F a\nt stdout P bc\n");
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(recorded(std::slice::from_ref(&long)).split(|byte| *byte == b'\n').count(), 3);
        assert_eq!(printed(&recorded(std::slice::from_ref(&long))), long);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_added_however_it_is_cut(
            chunks in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..64),
                    (0..40_000_usize).prop_map(|length| vec![b'x'; length]),
                ],
                0..12,
            ),
        ) {
            prop_assert_eq!(printed(&recorded(&chunks)), chunks.concat());
        }
    }
}
