//! Writing a history while the run goes on.

use super::{EVENTS_FILE, Meta, RUN_FILE};
use crate::event::Event;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Enough for a second of events of a large run between two flushes.
const BUFFER: usize = 256 * 1024;

/// Why a history could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refused; the path and why.
    #[error("cannot write {}: {source}; give another folder with --out, or make room", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds the history of another run, which is never overwritten.
    #[error("{} already holds a run; give another folder with --out", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// An event or the plan could not be put into JSON.
    #[error("cannot put {what} into JSON: {source}; this is a fault of shakedown, please report it")]
    Json {
        /// What was to be written.
        what: &'static str,
        /// What the serializer said.
        source: serde_json::Error,
    },
}

/// Appends events to the history of one run. Events are buffered; what was written before the last
/// [`flush`](Writer::flush) survives a killed process.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    events: BufWriter<File>,
    line: Vec<u8>,
}

impl Writer {
    /// Starts the history of a run in `folder`, which is made when it is not there.
    pub fn create(folder: &Path, meta: &Meta) -> Result<Writer, WriteError> {
        fs::create_dir_all(folder).map_err(|source| WriteError::Io { path: folder.into(), source })?;
        let path = folder.join(EVENTS_FILE);
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                WriteError::Taken { path: folder.into() }
            } else {
                WriteError::Io { path: path.clone(), source }
            }
        })?;
        write_meta(folder, meta)?;
        Ok(Writer { path, events: BufWriter::with_capacity(BUFFER, file), line: Vec::new() })
    }

    /// Appends one event.
    pub fn write(&mut self, event: &Event) -> Result<(), WriteError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, event)
            .map_err(|source| WriteError::Json { what: "an event", source })?;
        self.line.push(b'\n');
        self.events.write_all(&self.line).map_err(|source| self.io(source))
    }

    /// Hands what was written so far to the system. Call it about once a second: a killed run keeps all up to here.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        self.events.flush().map_err(|source| self.io(source))
    }

    /// Flushes and waits until the disk has what was written so far: it survives a machine that loses its power.
    pub fn sync(&mut self) -> Result<(), WriteError> {
        self.flush()?;
        self.events.get_ref().sync_data().map_err(|source| self.io(source))
    }

    /// Flushes and waits until the disk has it all.
    pub fn finish(mut self) -> Result<(), WriteError> {
        self.flush()?;
        self.events.get_ref().sync_all().map_err(|source| self.io(source))
    }

    fn io(&self, source: io::Error) -> WriteError {
        WriteError::Io { path: self.path.clone(), source }
    }
}

/// Writes `run.json` beside its place and moves it there, so that it is whole or not there.
fn write_meta(folder: &Path, meta: &Meta) -> Result<(), WriteError> {
    let mut text = serde_json::to_vec_pretty(meta)
        .map_err(|source| WriteError::Json { what: "the plan of the run", source })?;
    text.push(b'\n');
    let (unfinished, path) = (folder.join("run.json.part"), folder.join(RUN_FILE));
    let io = |path: &Path| {
        let path = path.to_owned();
        |source| WriteError::Io { path, source }
    };
    let mut file = File::create(&unfinished).map_err(io(&unfinished))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(io(&unfinished))?;
    fs::rename(&unfinished, &path).map_err(io(&path))
}
