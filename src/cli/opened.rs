//! What `--report KIND=PATH` asks for, read and opened.

use super::Failure;
use crate::report::{self, Destination, Format, Request};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every place that reports of one sort go to, open.
pub(super) struct Opened<K: 'static> {
    files: Vec<(&'static K, PathBuf, File)>,
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
    /// Opens every file and makes its folder.
    pub(super) fn open(all: &[Arc<Request<K>>]) -> Result<Opened<K>, Failure> {
        let mut stdout = None;
        let mut files = Vec::new();
        for request in all {
            match &request.to {
                Destination::File(path) => files.push((request.kind, path.clone(), create(path)?)),
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

    /// Writes the reports that go to files.
    pub(super) fn write_files(
        &self,
        write: impl Fn(&K, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        for (kind, path, file) in &self.files {
            let mut file = file;
            let written = write(kind, &mut file).and_then(|()| file.flush());
            written.map_err(|source| Failure::Report { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// Writes the report that goes to stdout, if one does.
    pub(super) fn write_stdout(
        &self,
        write: impl Fn(&K, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(kind) = self.stdout else { return Ok(()) };
        let mut out = anstream::AutoStream::auto(io::stdout());
        write(kind, &mut out).and_then(|()| out.flush()).map_err(to_stdout)
    }
}

/// What went wrong on stdout.
pub(super) fn to_stdout(source: io::Error) -> Failure {
    Failure::Report { path: "standard output".into(), source }
}

fn create(path: &Path) -> Result<File, Failure> {
    let failed = |e: io::Error| {
        Failure::Usage(format!("cannot write the report {}: {e}; give --report another path", path.display()))
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    File::create(path).map_err(failed)
}
