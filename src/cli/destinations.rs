//! `--report KIND=PATH`: where reports go. Files are opened before the run, so that a wrong path costs no run.

use super::Failure;
use super::opened::{self, Opened, to_stdout};
use crate::report::{Kind, Report, Request, Style, Terminal};
use crate::run::Run;
use clap::Args;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

/// The reports that are asked for.
#[derive(Debug, Clone, Args)]
pub(super) struct Reports {
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = opened::request::<Kind>, help = opened::kinds::<Kind>())]
    reports: Vec<Arc<Request<Kind>>>,
}

impl Reports {
    /// Opens every destination.
    pub(super) fn open(&self) -> Result<Destinations, Failure> {
        Ok(Destinations { opened: Opened::open(&self.reports)?, runs: Vec::new() })
    }
}

/// All destinations, open, and the runs that go there.
pub(super) struct Destinations {
    opened: Opened<Kind>,
    runs: Vec<Run>,
}

impl Destinations {
    /// Takes a run in. What people read goes to stdout at once, unless another report was asked there.
    pub(super) fn take(&mut self, run: Run) -> Result<(), Failure> {
        if !self.opened.has_stdout() {
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
        let write = |kind: &Kind, out: &mut dyn Write| (kind.make)(Style::Plain).write_all(&self.runs, out);
        self.opened.write_files(write)?;
        if self.runs.is_empty() { Ok(()) } else { self.opened.write_stdout(write) }
    }

    /// Whether stdout belongs to a machine.
    pub(super) fn stdout_is_taken(&self) -> bool {
        self.opened.has_stdout()
    }
}
