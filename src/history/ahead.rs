//! Reading a history ahead: threads turn its lines into events while the one that asks for them does something else.
//!
//! Finding the events in the text takes about as long as adding them up. Histograms stay packed on their way, a few bytes
//! each: what they stand for would be more for the memory between two cores than either of them has to do. Each thread goes
//! through the whole file and reads every n-th block of its lines, so nobody has to hand out lines, and taking a block of
//! each in turn gives the events in their order.

use super::ReadError;
use super::read::{BLOCK, Events, Share};
use crate::event::Event;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::vec;

/// More threads would wait for the one that takes the events.
const MOST: usize = 3;
/// So many blocks of each thread wait to be taken. An event takes up to 1 MiB, usually less than 10 KB.
const WAITING: usize = 1;

/// Events that lie side by side; an error is the last.
type Block = Vec<Result<Event, ReadError>>;

/// The events of a history, read ahead. Ends after the first error.
#[derive(Debug)]
pub struct Ahead {
    readers: Vec<Helper>,
    /// Whose turn it is.
    turn: usize,
    block: vec::IntoIter<Result<Event, ReadError>>,
}

impl Ahead {
    /// With a thread for each core but the one that takes the events: more of them would get in its way.
    pub(super) fn open(folder: &Path) -> Result<Ahead, ReadError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Ahead::on(folder, cores.saturating_sub(1).clamp(1, MOST) as u64)
    }

    /// With so many threads.
    pub(super) fn on(folder: &Path, of: u64) -> Result<Ahead, ReadError> {
        let start = |place| Helper::start(Events::open(folder, Share { place, of })?);
        let readers = (0..of).map(start).collect::<Result<_, _>>()?;
        Ok(Ahead { readers, turn: 0, block: Vec::new().into_iter() })
    }

    fn next_block(&mut self) -> Option<Block> {
        let block = self.readers.get(self.turn)?.next();
        self.turn = (self.turn + 1) % self.readers.len();
        if block.is_none() {
            self.end();
        }
        block
    }

    /// Nothing comes after the end and after an error, whatever the others have read.
    fn end(&mut self) {
        self.readers.drain(..).for_each(Helper::end);
    }
}

impl Iterator for Ahead {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.block.len() == 0 {
            self.block = self.next_block()?.into_iter();
        }
        let next = self.block.next();
        if matches!(next, Some(Err(_))) {
            self.end();
        }
        next
    }
}

/// A thread that reads ahead; it is gone when this is.
#[derive(Debug)]
struct Helper {
    blocks: Option<Receiver<Block>>,
    thread: Option<JoinHandle<()>>,
}

impl Helper {
    fn start(events: Events) -> Result<Helper, ReadError> {
        let (give, take) = sync_channel(WAITING);
        let thread = thread::Builder::new().name("history".to_owned()).spawn(move || read(events, &give));
        Ok(Helper { blocks: Some(take), thread: Some(thread.map_err(ReadError::Thread)?) })
    }

    fn next(&self) -> Option<Block> {
        self.blocks.as_ref()?.recv().ok()
    }

    /// Ends the thread. One that panicked must not look like the end of the history.
    fn end(mut self) {
        self.blocks = None;
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.blocks = None;
        if let Some(thread) = self.thread.take() {
            // Nobody wants to know any more what became of it.
            let _ = thread.join();
        }
    }
}

fn read(mut events: Events, give: &SyncSender<Block>) {
    loop {
        let block: Block = events.by_ref().take(BLOCK as usize).collect();
        if block.is_empty() || give.send(block).is_err() {
            return;
        }
    }
}
