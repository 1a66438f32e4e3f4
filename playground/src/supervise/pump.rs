//! Carries what a program prints from its pipes into its log.

use crate::cri::{self, Stream};
use crate::supervise::lines::Lines;
use crate::supervise::log_file::LogFile;
use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::thread::JoinHandle;

/// At most so much is read, and written, at once, in bytes.
const PIECE: usize = 64 * 1024;

/// The thread that does it.
#[derive(Debug)]
pub(super) struct Pump {
    thread: JoinHandle<()>,
    /// Dropped, it tells the thread that the program has ended.
    ended: PipeWriter,
}

impl Pump {
    pub(super) fn start(log: LogFile, stdout: PipeReader, stderr: PipeReader) -> io::Result<Pump> {
        let (end, ended) = std::io::pipe()?;
        let open = [(Stream::Stdout, stdout), (Stream::Stderr, stderr)];
        let outputs =
            open.into_iter().map(|(stream, pipe)| Output { pipe, lines: Lines::new(stream) }).collect();
        let thread =
            std::thread::Builder::new().name("log".to_owned()).spawn(move || carry(log, outputs, &end))?;
        Ok(Pump { thread, ended })
    }

    /// To be called when the program has ended: returns when all that it printed is in the log. A pipe that some
    /// other process still holds open is not waited for.
    pub(super) fn finish(self) {
        drop(self.ended);
        // The thread cannot panic; if it did, there would be nobody to tell.
        let _ = self.thread.join();
    }
}

struct Output {
    pipe: PipeReader,
    lines: Lines,
}

/// Reads until both pipes are at their end, or empty when the program has ended.
fn carry(mut log: LogFile, mut outputs: Vec<Output>, end: &PipeReader) {
    let mut piece = vec![0; PIECE];
    let mut entries = Vec::with_capacity(2 * PIECE);
    let mut over = false;
    while !outputs.is_empty() {
        let ready = match ready(&outputs, end.as_fd(), over) {
            Ok(ready) => ready,
            Err(Errno::INTR) => continue,
            Err(_) => break,
        };
        if over && ready.outputs.is_empty() {
            break;
        }
        over |= ready.end;
        for index in ready.outputs.into_iter().rev() {
            let Output { pipe, lines } = &mut outputs[index];
            let read = match pipe.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other.unwrap_or(0),
            };
            let now = cri::time(Timestamp::now());
            if read == 0 {
                lines.finish(&now, &mut entries);
                outputs.remove(index);
            } else {
                lines.push(&piece[..read], &now, &mut entries);
            }
            write(&mut log, &mut entries);
        }
    }
    let now = cri::time(Timestamp::now());
    for output in &mut outputs {
        output.lines.finish(&now, &mut entries);
    }
    write(&mut log, &mut entries);
}

/// What cannot be written (the disk is full) is lost: the program must not be stopped by it.
fn write(log: &mut LogFile, entries: &mut Vec<u8>) {
    if !entries.is_empty() {
        let _ = log.write(entries);
        entries.clear();
    }
}

struct Ready {
    /// Indexes, ascending.
    outputs: Vec<usize>,
    end: bool,
}

/// Waits until something can be read, or only looks when it is `over`.
fn ready(outputs: &[Output], end: BorrowedFd<'_>, over: bool) -> Result<Ready, Errno> {
    let mut all: Vec<PollFd<'_>> =
        outputs.iter().map(|output| PollFd::new(&output.pipe, PollFlags::IN)).collect();
    if over {
        poll(&mut all, Some(&Timespec::default()))?;
    } else {
        all.push(PollFd::from_borrowed_fd(end, PollFlags::IN));
        poll(&mut all, None)?;
    }
    let set = |index: usize| all.get(index).is_some_and(|one| !one.revents().is_empty());
    Ok(Ready { outputs: (0..outputs.len()).filter(|index| set(*index)).collect(), end: set(outputs.len()) })
}
