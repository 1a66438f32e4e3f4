//! Group commit: writers leave their records in one buffer, and one thread writes what has gathered, so that all who
//! came while the disk was busy share one fsync.

use super::disk::Disk;
use super::record::Record;
use std::io;
use std::mem::take;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use tokio::sync::watch;

/// Without fsync the buffer goes to the system before it grows beyond this, in bytes.
const BUFFER: usize = 1024 * 1024;

/// When a record counts as acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// When it is on the disk: it outlives the process and the machine.
    Always,
    /// At once. Records gather in this process and go to the system from time to time, and so a `kill -9` loses what
    /// was acknowledged since: fast, and exactly what a drill has to find.
    Never {
        /// How often they go to the system.
        flush_every: Duration,
    },
}

/// The log takes nothing more; what was not acknowledged may be lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the order log takes no more records: {0}")]
pub struct LogFailed(Arc<str>);

impl LogFailed {
    /// A writer that is gone without a word has panicked.
    fn ended() -> LogFailed {
        LogFailed("its writer ended".into())
    }
}

/// A log that is open for appending: a buffer, and the thread that empties it. When it is dropped, the rest is written
/// first.
#[derive(Debug)]
pub(in crate::shop) struct Log {
    shared: Arc<Shared>,
    progress: watch::Receiver<Progress>,
    writer: Mutex<Option<JoinHandle<()>>>,
    fsync: Fsync,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    writes: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    buffer: Vec<u8>,
    /// The number of the last record in the buffer or before it.
    last: u64,
    closing: bool,
}

/// How far the thread is.
#[derive(Debug, Clone, Default)]
struct Progress {
    /// All records up to this number are safe as far as [`Fsync`] promises after a write.
    written: u64,
    failed: Option<LogFailed>,
}

impl Shared {
    /// Nothing between lock and unlock can panic half-way, so a poisoned lock still guards a whole queue.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// Appends to `disk`, which holds `written` records already.
    pub(in crate::shop) fn start(disk: impl Disk, written: u64, fsync: Fsync) -> io::Result<Log> {
        let shared = Arc::new(Shared::default());
        shared.queue().last = written;
        let (tell, progress) = watch::channel(Progress { written, failed: None });
        let work = Arc::clone(&shared);
        let writer =
            Builder::new().name("order-log".into()).spawn(move || write(disk, &work, &tell, fsync))?;
        Ok(Log { shared, progress, writer: Mutex::new(Some(writer)), fsync })
    }

    /// Leaves a record for the thread; gives the record's number, from 1.
    pub(in crate::shop) fn append(&self, record: &Record) -> u64 {
        let mut queue = self.shared.queue();
        queue.buffer.extend_from_slice(record.bytes());
        queue.last += 1;
        if self.fsync == Fsync::Always || queue.buffer.len() >= BUFFER {
            self.shared.changed.notify_one();
        }
        queue.last
    }

    /// Waits until the record of this number may be acknowledged.
    pub(in crate::shop) async fn acknowledged(&self, number: u64) -> Result<(), LogFailed> {
        let at_once = matches!(self.fsync, Fsync::Never { .. });
        let enough = |at: &Progress| at.failed.is_some() || at.written >= number || at_once;
        match self.progress.clone().wait_for(enough).await.map(|at| at.failed.clone()) {
            Ok(None) => Ok(()),
            Ok(Some(failed)) => Err(failed),
            Err(_) => Err(LogFailed::ended()),
        }
    }

    /// The number of the newest record that may be acknowledged now.
    pub(in crate::shop) fn settled(&self) -> u64 {
        match self.fsync {
            Fsync::Always => self.progress.borrow().written,
            Fsync::Never { .. } => self.shared.queue().last,
        }
    }

    /// Why nothing is taken any more, if so.
    pub(in crate::shop) fn failure(&self) -> Option<LogFailed> {
        let failed = self.progress.borrow().failed.clone();
        failed.or_else(|| self.progress.has_changed().err().map(|_| LogFailed::ended()))
    }

    /// Waits until the log takes nothing more.
    pub(in crate::shop) async fn failed(&self) -> LogFailed {
        let failed =
            self.progress.clone().wait_for(|at| at.failed.is_some()).await.map(|at| at.failed.clone());
        failed.ok().flatten().unwrap_or_else(LogFailed::ended)
    }

    /// How many times the thread has written: fewer than there are records when writers shared.
    pub(in crate::shop) fn writes(&self) -> u64 {
        self.shared.writes.load(Relaxed)
    }

    /// Writes the rest to the disk and ends the thread.
    pub(in crate::shop) fn close(&self) -> Result<(), LogFailed> {
        self.shared.queue().closing = true;
        self.shared.changed.notify_one();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            return Err(LogFailed::ended());
        }
        self.progress.borrow().failed.clone().map_or(Ok(()), Err)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Whoever wants to know calls `close`.
        let _ = self.close();
    }
}

/// The thread: takes what has gathered, writes it, tells how far it is. It ends at the first error: what a failed fsync
/// has kept is unknown, and a second one that succeeds would not change that.
fn write(mut disk: impl Disk, shared: &Shared, tell: &watch::Sender<Progress>, fsync: Fsync) {
    loop {
        let (batch, last, closing) = gathered(shared, fsync);
        let sync = closing || fsync == Fsync::Always;
        let end = if batch.is_empty() { Ok(()) } else { commit(&mut disk, &batch, sync) };
        match end {
            Ok(()) => tell.send_modify(|progress| progress.written = last),
            Err(error) => {
                let failed = Some(LogFailed(error.to_string().into()));
                return tell.send_modify(|progress| progress.failed = failed);
            }
        }
        shared.writes.fetch_add(u64::from(!batch.is_empty()), Relaxed);
        if closing {
            return;
        }
    }
}

fn commit(disk: &mut impl Disk, batch: &[u8], sync: bool) -> io::Result<()> {
    disk.write(batch)?;
    if sync { disk.sync() } else { Ok(()) }
}

/// Waits for work: the bytes, the number of the last record in them, and whether they are the last.
fn gathered(shared: &Shared, fsync: Fsync) -> (Vec<u8>, u64, bool) {
    let queue = shared.queue();
    let mut queue = match fsync {
        Fsync::Always => {
            let idle = |queue: &mut Queue| queue.buffer.is_empty() && !queue.closing;
            shared.changed.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner)
        }
        Fsync::Never { flush_every } => {
            let early = |queue: &mut Queue| queue.buffer.len() < BUFFER && !queue.closing;
            let waited = shared.changed.wait_timeout_while(queue, flush_every, early);
            waited.unwrap_or_else(PoisonError::into_inner).0
        }
    };
    (take(&mut queue.buffer), queue.last, queue.closing)
}

#[cfg(test)]
#[path = "commit_story.rs"]
mod story;
