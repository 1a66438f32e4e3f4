//! What `--report KIND=PATH` asks for, read and looked at.

use super::Failure;
use super::place::Place;
use super::telling::to_stdout;
use crate::report::{self, Destination, Format, Request};
use crate::run::Exit;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Every place that reports of one sort go to.
pub(super) struct Opened<K: 'static> {
    files: Vec<(&'static K, Place)>,
    stdout: Option<&'static K>,
}

/// The help of `--report`, with every kind that there is.
pub(super) fn kinds<K: Format>() -> String {
    let names: Vec<&str> = K::list().iter().map(K::name).collect();
    let (last, others) = names.split_last().unwrap_or((&"terminal", &[]));
    format!("Write a report: {} or {last}; `-` is stdout. Can be given several times", others.join(", "))
}

/// Reads `KIND=PATH` from the command line.
pub(super) fn request<K: Format>(text: &str) -> Result<Arc<Request<K>>, String> {
    report::parse(text).map(Arc::new).map_err(|e| e.to_string())
}

impl<K: Format> Opened<K> {
    /// Looks at every place, so that a wrong one costs no run; changes nothing there.
    pub(super) fn open(all: &[Arc<Request<K>>]) -> Result<Opened<K>, Failure> {
        let mut stdout = None;
        let mut files: Vec<(&K, Place)> = Vec::new();
        for request in all {
            match &request.to {
                Destination::File(path) => {
                    let place = look(path)?;
                    if files.iter().any(|(_, other)| other.is(&place)) {
                        let path = path.display();
                        let text = format!("two reports go to {path}; give each a path of its own");
                        return Err(Failure::Usage(text));
                    }
                    files.push((request.kind, place));
                }
                Destination::Stdout => {
                    if stdout.replace(request.kind).is_some() {
                        let text = "only one report can go to stdout; give the others a path";
                        return Err(Failure::Usage(text.into()));
                    }
                }
            }
        }
        Ok(Opened { files, stdout })
    }

    /// Whether a report was asked for on stdout.
    pub(super) fn has_stdout(&self) -> bool {
        self.stdout.is_some()
    }

    /// Writes every report. One that cannot be written is said and keeps no other from being written; then a pass is
    /// none, because somebody counts on it.
    pub(super) fn write(&self, write: impl Fn(&K, &mut dyn Write) -> io::Result<()>) -> Exit {
        let files = self.files.iter().map(|(kind, place)| {
            let written = place.write(|out| write(kind, out));
            written.map_err(|source| Failure::Report { path: place.path().to_owned(), source })
        });
        let files = files.map(Failure::told).fold(Exit::Pass, Exit::or_worse);
        let stdout = self.stdout.map_or(Ok(()), |kind| to_stdout(|out| write(kind, out)));
        files.or_worse(Failure::told(stdout))
    }
}

fn look(path: &Path) -> Result<Place, Failure> {
    Place::look(path).map_err(|e| {
        let path = path.display();
        Failure::Usage(format!("cannot write the report {path}: {e}; give --report another path"))
    })
}
