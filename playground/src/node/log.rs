//! Reading the log of a run, to its end or for as long as it grows.

use crate::api::{LogRequest, LogStream};
use crate::node::agent::Run;
use crate::node::printer::Printer;
use crate::node::tail::seek_last_lines;
use crate::supervise::rotated;
use bytes::Bytes;
use futures_util::stream;
use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

/// At most so much is read at once, in bytes.
const PIECE: usize = 64 * 1024;
/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The log at `path` as `request` wants it. An error in reading ends it: the log is gone with its Pod.
pub(super) async fn read(path: PathBuf, run: Run, request: &LogRequest) -> io::Result<LogStream> {
    let files = open(&path, request.tail_lines).await?;
    let printer = Printer::new(request);
    let reading = Reading { path, run, follow: request.follow, files, held: Vec::new(), printer };
    let pieces = stream::unfold(reading, |mut reading| async move {
        let piece = reading.piece().await.ok().flatten()?;
        Some((piece, reading))
    });
    Ok(Box::pin(pieces))
}

/// The files of a log, the older first, from where reading begins.
async fn open(path: &Path, tail_lines: Option<u64>) -> io::Result<VecDeque<File>> {
    let mut files = VecDeque::new();
    let mut file = File::open(path).await?;
    // Opened second, it can be the first one under its new name, but nothing between the two is missed.
    let older = File::open(rotated(path)).await.ok();
    let mut wanted = tail_lines;
    if let Some(lines) = &mut wanted {
        *lines -= seek_last_lines(&mut file, *lines).await?;
    }
    if let Some(mut older) = older.filter(|_| wanted != Some(0))
        && identity(&older).await? != identity(&file).await?
    {
        if let Some(lines) = wanted {
            seek_last_lines(&mut older, lines).await?;
        }
        files.push_back(older);
    }
    files.push_back(file);
    Ok(files)
}

async fn identity(file: &File) -> io::Result<(u64, u64)> {
    let meta = file.metadata().await?;
    Ok((meta.dev(), meta.ino()))
}

struct Reading {
    path: PathBuf,
    run: Run,
    follow: bool,
    /// What is still to be read, the older first.
    files: VecDeque<File>,
    /// The beginning of an entry.
    held: Vec<u8>,
    printer: Printer,
}

impl Reading {
    /// The next piece to send; `None` at the end.
    async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        while !self.printer.is_full() {
            // Looked at before reading, so that nothing that comes before them is missed.
            let over = !self.follow || self.run.is_over();
            let next = if self.follow && self.files.len() == 1 { self.rotated().await? } else { None };
            let Some(file) = self.files.front_mut() else { return Ok(None) };
            let before = self.held.len();
            file.take(PIECE as u64).read_to_end(&mut self.held).await?;
            if self.held.len() > before {
                self.files.extend(next);
                let printed = self.print();
                if !printed.is_empty() {
                    return Ok(Some(printed));
                }
            } else if self.files.len() > 1 || next.is_some() {
                self.files.extend(next);
                self.files.pop_front();
            } else if over {
                return Ok(None);
            } else {
                // Whichever comes first, it is looked at again.
                let _ = timeout(LOOK, self.run.over()).await;
            }
        }
        Ok(None)
    }

    /// The file that has taken the place of the one that is read.
    async fn rotated(&self) -> io::Result<Option<File>> {
        let Some(file) = self.files.front() else { return Ok(None) };
        match File::open(&self.path).await {
            Ok(newest) if identity(&newest).await? != identity(file).await? => Ok(Some(newest)),
            _ => Ok(None),
        }
    }

    /// Prints the whole entries of what is held.
    fn print(&mut self) -> Bytes {
        let end = self.held.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let mut out = Vec::with_capacity(end);
        for line in self.held[..end].split_inclusive(|byte| *byte == b'\n') {
            self.printer.print(line, &mut out);
        }
        self.held.drain(..end);
        out.into()
    }
}
