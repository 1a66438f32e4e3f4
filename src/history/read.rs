//! Reading a history back, line by line in bounded memory.

use super::ahead::Ahead;
use super::{EVENTS_FILE, Meta, RUN_FILE, SCHEMA};
use crate::event::Event;
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longer lines are no events of ours: five full histograms are below 2 MiB.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// A few lines of a large run.
const BUFFER: usize = 64 * 1024;

/// Longer plans are no plans of ours: the scenario's text is at most 10 MB.
const LONGEST_META: u64 = 256 * 1024 * 1024;

/// Why a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused; the path and why.
    #[error("cannot read {}: {source}; give the folder of a run, such as reports/runs/20261121T101500Z-checkout", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `run.json` is not what this version writes.
    #[error("{} is not the plan of a run: {source}; it was changed or damaged, run the scenario again", path.display())]
    Meta {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A version of the format that this build does not know.
    #[error(
        "{} has schema {found}, this build reads schema {SCHEMA}; judge it with the shakedown that made it (version {made_by})",
        path.display()
    )]
    Schema {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The shakedown that wrote it.
        made_by: String,
    },
    /// A line that is no event, with more lines after it.
    #[error("{}:{line}: not an event: {source}; the history was changed or damaged, run the scenario again", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// The system gives no thread to read with.
    #[error("cannot start a thread that reads the history: {0}; raise the limit of processes")]
    Thread(#[source] io::Error),
    /// A line longer than any event.
    #[error(
        "{}:{line}: longer than any event; the history was changed or damaged, run the scenario again",
        path.display()
    )]
    Endless {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: u64,
    },
}

/// Opens histories.
#[derive(Debug)]
pub struct Reader;

impl Reader {
    /// The plan of the run in `folder`, and its events in the order in which they were written.
    pub fn open(folder: &Path) -> Result<(Meta, Events), ReadError> {
        Ok((read_meta(&folder.join(RUN_FILE))?, Events::open(folder, Share::ALL)?))
    }

    /// The events of the run in `folder`, in the same order, read ahead on threads of their own.
    pub fn ahead(folder: &Path) -> Result<Ahead, ReadError> {
        Ahead::open(folder)
    }
}

fn read_meta(path: &Path) -> Result<Meta, ReadError> {
    /// What every version of the format has.
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
        #[serde(default)]
        version: String,
    }
    let io = |source| ReadError::Io { path: path.into(), source };
    let length = fs::metadata(path).map_err(io)?.len();
    if length > LONGEST_META {
        return Err(ReadError::Endless { path: path.into(), line: 1 });
    }
    let text = fs::read(path).map_err(io)?;
    let broken = |source| ReadError::Meta { path: path.into(), source };
    let version: Version = serde_json::from_slice(&text).map_err(broken)?;
    if version.schema != SCHEMA {
        return Err(ReadError::Schema { path: path.into(), found: version.schema, made_by: version.version });
    }
    serde_json::from_slice(&text).map_err(broken)
}

/// The last line of a history was cut: the run was killed while it wrote. What came before is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The file.
    pub path: PathBuf,
    /// The number of the cut line, from 1.
    pub line: u64,
}

/// So many lines lie in a block. Handing one over wakes a thread, which is worth as much as reading some of them.
pub(super) const BLOCK: u64 = 32;

/// Which lines of a history are read: each `of`-th block, beginning with the one at `place`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) place: u64,
    pub(super) of: u64,
}

impl Share {
    const ALL: Share = Share { place: 0, of: 1 };

    /// Whether a line, counted from 1, is one of them.
    fn has(self, line: u64) -> bool {
        (line - 1) / BLOCK % self.of == self.place
    }
}

/// The events of a history, one line at a time. Ends after the first error.
#[derive(Debug)]
pub struct Events {
    path: PathBuf,
    share: Share,
    input: BufReader<File>,
    line: u64,
    buffer: Vec<u8>,
    torn: Option<Torn>,
    over: bool,
}

impl Events {
    /// Those on a share of the lines.
    pub(super) fn open(folder: &Path, share: Share) -> Result<Events, ReadError> {
        let path = folder.join(EVENTS_FILE);
        let file = File::open(&path).map_err(|source| ReadError::Io { path: path.clone(), source })?;
        let input = BufReader::with_capacity(BUFFER, file);
        Ok(Events { path, share, input, line: 0, buffer: Vec::new(), torn: None, over: false })
    }

    /// Whether the last line was cut; known once the iterator has ended.
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    fn read(&mut self) -> Result<Option<Event>, ReadError> {
        while !self.share.has(self.line + 1) {
            if self.input.skip_until(b'\n').map_err(|source| self.io(source))? == 0 {
                return Ok(None);
            }
            self.line += 1;
        }
        self.buffer.clear();
        self.line += 1;
        let line = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.buffer);
        let length = line.map_err(|source| self.io(source))?;
        if length == 0 {
            return Ok(None);
        }
        let whole = self.buffer.ends_with(b"\n");
        if !whole && length as u64 == LONGEST_LINE {
            return Err(ReadError::Endless { path: self.path.clone(), line: self.line });
        }
        match serde_json::from_slice(&self.buffer) {
            Ok(event) => Ok(Some(event)),
            // A cut line is the mark of a killed run, but only at the very end and only where it just stops.
            Err(e) if (!whole || e.is_eof()) && self.is_at_end()? => {
                self.torn = Some(Torn { path: self.path.clone(), line: self.line });
                Ok(None)
            }
            Err(source) => Err(ReadError::Line { path: self.path.clone(), line: self.line, source }),
        }
    }

    fn is_at_end(&mut self) -> Result<bool, ReadError> {
        match self.input.fill_buf() {
            Ok(rest) => Ok(rest.is_empty()),
            Err(source) => Err(self.io(source)),
        }
    }

    fn io(&self, source: io::Error) -> ReadError {
        ReadError::Io { path: self.path.clone(), source }
    }
}

impl Iterator for Events {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.read().transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}
