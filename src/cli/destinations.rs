//! `--report KIND=PATH`: where reports go. Files are opened before the run, so that a wrong path costs no run.

use super::Failure;
use crate::report::{self, Destination, Kind, Report, Request, Style, Terminal};
use crate::run::Run;
use clap::Args;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The reports that are asked for.
#[derive(Debug, Clone, Args)]
pub(super) struct Reports {
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = request, help = kinds())]
    reports: Vec<Arc<Request>>,
}

impl Reports {
    /// Opens every destination.
    pub(super) fn open(&self) -> Result<Destinations, Failure> {
        Destinations::open(&self.reports)
    }
}

/// The help of `--report`, with every kind that there is.
fn kinds() -> String {
    let names: Vec<&str> = report::list().iter().map(|kind| kind.name).collect();
    let (last, others) = names.split_last().unwrap_or((&"terminal", &[]));
    format!("Write a report: {} or {last}; `-` is stdout. Can be given several times", others.join(", "))
}

/// Reads `KIND=PATH` from the command line.
fn request(text: &str) -> Result<Arc<Request>, String> {
    report::parse(text).map(Arc::new).map_err(|e| e.to_string())
}

/// All destinations, open, and the runs that go there.
pub(super) struct Destinations {
    files: Vec<(&'static Kind, PathBuf, File)>,
    stdout: Option<&'static Kind>,
    runs: Vec<Run>,
}

impl Destinations {
    /// Opens every file and makes its folder.
    fn open(all: &[Arc<Request>]) -> Result<Destinations, Failure> {
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
        Ok(Destinations { files, stdout, runs: Vec::new() })
    }

    /// Takes a run in. What people read goes to stdout at once, unless another report was asked there.
    pub(super) fn take(&mut self, run: Run) -> Result<(), Failure> {
        if self.stdout.is_none() {
            let mut out = anstream::AutoStream::auto(io::stdout());
            let style = if io::stdout().is_terminal() { Style::Coloured } else { Style::Plain };
            let apart = if self.runs.is_empty() { "" } else { "\n" };
            let written = out.write_all(apart.as_bytes());
            written
                .and_then(|()| Terminal::new(style).write(&run, &mut out))
                .and_then(|()| out.flush())
                .map_err(to_stdout)?;
        }
        self.runs.push(run);
        Ok(())
    }

    /// The runs that were taken in.
    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Writes all runs to everything that was asked for.
    pub(super) fn finish(self) -> Result<(), Failure> {
        for (kind, path, mut file) in self.files {
            let written =
                (kind.make)(Style::Plain).write_all(&self.runs, &mut file).and_then(|()| file.flush());
            written.map_err(|source| Failure::Report { path, source })?;
        }
        let Some(kind) = self.stdout.filter(|_| !self.runs.is_empty()) else { return Ok(()) };
        let mut out = anstream::AutoStream::auto(io::stdout());
        let report = (kind.make)(Style::Plain);
        report.write_all(&self.runs, &mut out).and_then(|()| out.flush()).map_err(to_stdout)
    }

    /// Whether stdout belongs to a machine.
    pub(super) fn stdout_is_taken(&self) -> bool {
        self.stdout.is_some()
    }
}

fn to_stdout(source: io::Error) -> Failure {
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
