//! `--report KIND=PATH`: where reports go. Paths are looked at before the run, so that a wrong one costs no run.

use super::Failure;
use super::opened::{self, Opened};
use super::paper::paper;
use super::telling::to_stdout;
use crate::report::{Kind, Page, Report, Request, Terminal};
use crate::run::{Exit, Run};
use clap::Args;
use std::sync::Arc;

/// The reports that are asked for.
#[derive(Debug, Clone, Args)]
pub(super) struct Reports {
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = opened::request::<Kind>, help = opened::kinds::<Kind>())]
    reports: Vec<Arc<Request<Kind>>>,
}

impl Reports {
    /// Looks at every destination.
    pub(super) fn open(&self) -> Result<Destinations, Failure> {
        Ok(Destinations { opened: Opened::open(&self.reports)?, runs: Vec::new() })
    }
}

/// All destinations, and the runs that go there.
pub(super) struct Destinations {
    opened: Opened<Kind>,
    runs: Vec<Run>,
}

impl Destinations {
    /// Takes a run in. What people read goes to stdout at once, unless another report was asked there. Gives how the
    /// run exits: as it was judged, but a pass that cannot be shown is none.
    pub(super) fn take(&mut self, run: Run) -> Exit {
        let shown = if self.opened.has_stdout() { Ok(()) } else { self.show(&run) };
        let exit = Exit::from(&run).or_worse(Failure::told(shown));
        self.runs.push(run);
        exit
    }

    fn show(&self, run: &Run) -> Result<(), Failure> {
        let apart = if self.runs.is_empty() { "" } else { "\n" };
        to_stdout(|out| {
            out.write_all(apart.as_bytes())?;
            Terminal::new(paper()).write(run, out)
        })
    }

    /// The runs that were taken in.
    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Writes all runs to everything that was asked for, where any has run. Gives how that exits.
    pub(super) fn finish(self) -> Exit {
        if self.runs.is_empty() {
            return Exit::Pass;
        }
        self.opened.write(|kind, out| (kind.make)(Page::PLAIN).write_all(&self.runs, out))
    }

    /// Whether stdout belongs to a machine.
    pub(super) fn stdout_is_taken(&self) -> bool {
        self.opened.has_stdout()
    }
}
