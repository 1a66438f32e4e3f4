//! From entries of a log to what a client sees of them.

use crate::api::LogRequest;
use crate::cri::{self, Tag};

/// What is printed of the entries, and how much still may be.
#[derive(Debug)]
pub(super) struct Printer {
    since: Option<String>,
    timestamps: bool,
    left: Option<u64>,
    /// The last entry ended its line.
    at_start: bool,
}

impl Printer {
    pub(super) fn new(request: &LogRequest) -> Printer {
        Printer {
            since: request.since.map(cri::time),
            timestamps: request.timestamps,
            left: request.limit_bytes,
            at_start: true,
        }
    }

    /// Whether nothing more may be printed.
    pub(super) fn is_full(&self) -> bool {
        self.left == Some(0)
    }

    /// Appends what is to be seen of an entry, given with its line's end.
    pub(super) fn print(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let Some(entry) = cri::read(line) else { return };
        if self.since.as_ref().is_some_and(|since| entry.time < since.as_bytes()) {
            return;
        }
        if self.timestamps && self.at_start {
            self.put(entry.time, out);
            self.put(b" ", out);
        }
        self.put(entry.text, out);
        self.at_start = entry.tag == Tag::Full;
        if self.at_start {
            self.put(b"\n", out);
        }
    }

    fn put(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let room = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let bytes = &bytes[..bytes.len().min(room)];
        out.extend_from_slice(bytes);
        if let Some(left) = &mut self.left {
            *left -= bytes.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn lines_are_printed_as_they_are_asked_for() {
        let log = "1970-01-01T00:00:01.000000000Z stdout F one\n1970-01-01T00:00:02.000000000Z stderr P tw\n\
                   1970-01-01T00:00:03.000000000Z stderr F o\n1970-01-01T00:00:04.000000000Z stdout P end\n";
        let all = LogRequest::default();
        let since =
            |second| LogRequest { since: Timestamp::from_second(second).ok(), ..LogRequest::default() };
        for (request, expected) in [
            (all.clone(), "one\ntwo\nend"),
            (since(2), "two\nend"),
            (since(9), ""),
            (LogRequest { limit_bytes: Some(5), ..all.clone() }, "one\nt"),
            (
                LogRequest { timestamps: true, ..all },
                "1970-01-01T00:00:01.000000000Z one\n1970-01-01T00:00:02.000000000Z two\n\
                 1970-01-01T00:00:04.000000000Z end",
            ),
        ] {
            let (mut printer, mut out) = (Printer::new(&request), Vec::new());
            log.split_inclusive('\n').for_each(|line| printer.print(line.as_bytes(), &mut out));
            assert_eq!(String::from_utf8_lossy(&out), expected, "{request:?}");
        }
    }
}
