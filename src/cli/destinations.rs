//! `--report KIND=PATH`: where reports go. Files are opened before the run, so that a wrong path costs no run.

use super::Failure;
use crate::report::{self, Kind, Style};
use crate::run::Run;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// A kind of report and where it goes.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    kind: Kind,
    path: PathBuf,
}

impl Destination {
    /// Reads `KIND=PATH`; `-` is stdout.
    pub(super) fn parse(text: &str) -> Result<Destination, String> {
        let (kind, path) = report::parse(text).map_err(|e| e.to_string())?;
        Ok(Destination { kind, path: path.into() })
    }

    fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }
}

/// All destinations, open.
pub(super) struct Destinations {
    files: Vec<(Kind, PathBuf, File)>,
    stdout: Option<Kind>,
}

impl Destinations {
    /// Opens every file and makes its folder.
    pub(super) fn open(all: &[Destination]) -> Result<Destinations, Failure> {
        let mut stdout = None;
        let mut files = Vec::new();
        for one in all {
            if one.is_stdout() {
                if stdout.replace(one.kind).is_some() {
                    return Err(Failure::Usage("only one report can go to stdout; give the others a path".into()));
                }
                continue;
            }
            let failed = |source| Failure::Report { path: one.path.clone(), source };
            if let Some(folder) = one.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            files.push((one.kind, one.path.clone(), File::create(&one.path).map_err(failed)?));
        }
        Ok(Destinations { files, stdout })
    }

    /// Writes the run to all of them. The terminal report goes to stdout unless another report was asked there.
    pub(super) fn write(self, run: &Run) -> Result<(), Failure> {
        for (kind, path, mut file) in self.files {
            let written = kind.report(Style::Plain).write(run, &mut file).and_then(|()| file.flush());
            written.map_err(|source| Failure::Report { path, source })?;
        }
        let failed = |source| Failure::Report { path: "standard output".into(), source };
        let mut out = anstream::AutoStream::auto(io::stdout());
        let coloured = io::stdout().is_terminal() && self.stdout.is_none();
        let style = if coloured { Style::Coloured } else { Style::Plain };
        self.stdout.unwrap_or(Kind::Terminal).report(style).write(run, &mut out).map_err(failed)?;
        out.flush().map_err(failed)
    }

    /// Whether stdout belongs to a machine.
    pub(super) fn stdout_is_taken(&self) -> bool {
        self.stdout.is_some()
    }
}
