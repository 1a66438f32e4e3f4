//! The format of log files, which is that of container runtimes: `time stream tag text`, one entry a line.
//!
//! ```text
//! 2026-01-02T03:04:05.678901234Z stdout F a whole line
//! 2026-01-02T03:04:05.678901234Z stderr P the beginning of a line
//! ```

use jiff::Timestamp;

/// Where a program printed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    const fn as_str(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

/// Whether the line ends with the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Full,
    Partial,
}

/// An entry as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) time: &'a [u8],
    pub(crate) tag: Tag,
    pub(crate) text: &'a [u8],
}

/// A time as entries have it: UTC with nanoseconds, always of one width, so that times compare as bytes.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// Appends an entry to `out`.
pub(crate) fn write(out: &mut Vec<u8>, time: &str, stream: Stream, tag: Tag, text: &[u8]) {
    let tag = if tag == Tag::Full { "F" } else { "P" };
    for word in [time, stream.as_str(), tag] {
        out.extend_from_slice(word.as_bytes());
        out.push(b' ');
    }
    out.extend_from_slice(text);
    out.push(b'\n');
}

/// Reads an entry from its line, without the line's end; `None` when it is none.
pub(crate) fn read(line: &[u8]) -> Option<Entry<'_>> {
    let mut words = line.splitn(4, |byte| *byte == b' ');
    let (time, _stream, tag, text) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let tag = if tag == b"P" { Tag::Partial } else { Tag::Full };
    Some(Entry { time, tag, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let at = time(Timestamp::from_second(1).unwrap());
        assert_eq!(at, "1970-01-01T00:00:01.000000000Z");
        for (tag, text) in [(Tag::Full, ""), (Tag::Partial, " a  b "), (Tag::Full, "\u{fc} P F")] {
            let mut line = Vec::new();
            write(&mut line, &at, Stream::Stderr, tag, text.as_bytes());
            assert_eq!(line.pop(), Some(b'\n'));
            assert_eq!(read(&line).unwrap(), Entry { time: at.as_bytes(), tag, text: text.as_bytes() });
        }
        assert_eq!(read(b"no entry"), None);
    }
}
