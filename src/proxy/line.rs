//! The delay line: what was read waits here until its time. Later bytes are taken in meanwhile, so that latency costs no
//! throughput, but only up to a limit, beyond which the sender has to wait.

use bytes::{Buf, Bytes};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

/// A line takes this much even when the lines together hold too much: each can always go on.
const ALWAYS: usize = 16 * 1024;
/// What one line holds at most: 100 ms of 40 MB/s.
const MOST: usize = 4 * 1024 * 1024;
/// What all lines of the process hold at most: a pod has a limit, and a killed proxy is an outage nobody asked for.
const TOGETHER: usize = 64 * 1024 * 1024;

/// What all lines of the process hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Store(Rc<Cell<usize>>);

/// Bytes in order, each with the instant before which it must not leave, and then an end.
#[derive(Debug)]
pub(super) struct Line {
    waiting: VecDeque<(Instant, Item)>,
    held: usize,
    store: Store,
}

/// What waits.
#[derive(Debug, PartialEq, Eq)]
enum Item {
    Bytes(Bytes),
    End(End),
}

/// How one way of a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// In good order; the other way may go on.
    Closed,
    /// With an error, which takes both ways down.
    Broken,
}

/// What is at the head of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head<'a> {
    /// Nothing at all.
    Empty,
    /// Something that has to wait until then.
    NotBefore(Instant),
    /// Bytes that may leave.
    Bytes(&'a [u8]),
    /// The end.
    End(End),
}

impl Line {
    /// An empty line.
    pub(super) fn new(store: Store) -> Line {
        Line { waiting: VecDeque::new(), held: 0, store }
    }

    /// Takes bytes in; they leave at `due`, or with those before them when these leave later.
    pub(super) fn push(&mut self, due: Instant, bytes: Bytes) {
        self.held += bytes.len();
        self.store.0.set(self.store.0.get() + bytes.len());
        self.put(due, Item::Bytes(bytes));
    }

    /// Takes the end in; nothing comes after it.
    pub(super) fn end(&mut self, due: Instant, end: End) {
        self.put(due, Item::End(end));
    }

    fn put(&mut self, due: Instant, item: Item) {
        let due = self.waiting.back().map_or(due, |(last, _)| due.max(*last));
        self.waiting.push_back((due, item));
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether more may be read.
    pub(super) fn has_room(&self) -> bool {
        self.held < ALWAYS || (self.held < MOST && self.store.0.get() < TOGETHER)
    }

    /// What is to be done next.
    pub(super) fn head(&self, now: Instant) -> Head<'_> {
        match self.waiting.front() {
            None => Head::Empty,
            Some((due, _)) if *due > now => Head::NotBefore(*due),
            Some((_, Item::Bytes(bytes))) => Head::Bytes(bytes),
            Some((_, Item::End(end))) => Head::End(*end),
        }
    }

    /// Lets the first `n` bytes of the head go.
    pub(super) fn sent(&mut self, n: usize) {
        let Some((_, Item::Bytes(bytes))) = self.waiting.front_mut() else { return };
        let n = n.min(bytes.len());
        bytes.advance(n);
        self.held -= n;
        self.store.0.set(self.store.0.get() - n);
        if bytes.is_empty() {
            self.waiting.pop_front();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.store.0.set(self.store.0.get() - self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn line() -> (Line, Store) {
        let store = Store::default();
        (Line::new(store.clone()), store)
    }

    proptest! {
        /// Chunks come at times with delays and leave in pieces: the same bytes, in order, none before its time.
        #[test]
        fn any_chunks_leave_in_order_and_none_before_its_time(
            chunks in prop::collection::vec((0_u64..50, 0_u64..200, 1_usize..40), 0..40),
            pieces in prop::collection::vec(1_usize..30, 1..20),
        ) {
            let (mut line, store) = line();
            let start = Instant::now();
            let mut now = 0;
            let mut came: Vec<(u8, u64)> = Vec::new();
            for (wait, delay, size) in chunks {
                now += wait;
                let from = came.len();
                came.extend((from..from + size).map(|n| (n as u8, now + delay)));
                let bytes: Vec<u8> = came[from..].iter().map(|(byte, _)| *byte).collect();
                line.push(start + Duration::from_millis(now + delay), bytes.into());
            }
            line.end(start + Duration::from_millis(now), End::Closed);
            let (mut left, mut at, mut piece) = (Vec::new(), start, pieces.into_iter().cycle());
            loop {
                match line.head(at) {
                    Head::NotBefore(due) => { prop_assert!(due > at); at = due; }
                    Head::Bytes(bytes) => {
                        let n = piece.next().unwrap_or(1).min(bytes.len());
                        left.extend(bytes[..n].iter().map(|byte| (*byte, at)));
                        line.sent(n);
                    }
                    Head::End(end) => { prop_assert_eq!(end, End::Closed); break; }
                    Head::Empty => prop_assert!(false, "the end is lost"),
                }
            }
            prop_assert_eq!(left.len(), came.len());
            for ((byte, at), (same, due)) in left.into_iter().zip(came) {
                prop_assert_eq!(byte, same);
                prop_assert!(at >= start + Duration::from_millis(due));
            }
            prop_assert_eq!(store.0.get(), 0, "nothing is held any more");
        }
    }

    #[test]
    fn a_full_line_takes_no_more_and_a_full_process_a_little_in_each() {
        let now = Instant::now();
        let ((mut full, store), chunk) = (line(), Bytes::from(vec![0; 64 * 1024]));
        while full.has_room() {
            full.push(now, chunk.clone());
        }
        assert_eq!(full.held, MOST);
        let mut others: Vec<Line> = (0..TOGETHER / MOST).map(|_| Line::new(store.clone())).collect();
        for line in &mut others {
            while line.has_room() {
                line.push(now, chunk.clone());
            }
        }
        assert_eq!(store.0.get(), TOGETHER + chunk.len(), "the last one got its little");
        full.sent(chunk.len());
        drop(others);
        assert!(full.has_room());
        assert_eq!(store.0.get(), full.held, "what was dropped is given back");
    }
}
