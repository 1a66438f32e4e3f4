//! What can be asked of a search.

use crate::cli::awake::KeepAwake;
use crate::cli::load::{length, rate};
use crate::cli::opened::{self, Opened};
use crate::cli::{Failure, address};
use crate::report::{Request, SearchKind};
use crate::search::Asked;
use crate::units::{Rate, Ratio, Span, UnitError};
use std::path::PathBuf;
use std::sync::Arc;

/// Which scenario, and where to look.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The scenario: its target, warm-up, journeys and gates count, its rate and its faults do not
    #[arg(value_name = "SCENARIO", required_unless_present = "show")]
    pub(super) scenario: Option<PathBuf>,
    /// The first rate; exit code 1 says that not even this one holds
    #[arg(long, value_name = "RATE", default_value = "50/s", value_parser = rate)]
    from: Rate,
    /// No higher rate is tried
    #[arg(long, value_name = "RATE", default_value = "10000/s", value_parser = rate)]
    limit: Rate,
    /// How far the rate that breaks may lie above the one that holds
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = precision)]
    precision: Ratio,
    /// How long each rate is held to come near
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = length)]
    hold: Span,
    /// How long the two ends are held to make sure of them
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = length)]
    confirm: Span,
    /// How often each end is tried again and has to say the same
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=20))]
    repeats: u32,
    /// The pause after each run
    #[arg(long, value_name = "TIME", default_value = "5s")]
    rest: Span,
    /// How long the target may take after a run until its smoke checks hold again
    #[arg(long, value_name = "TIME", default_value = "1m")]
    recover: Span,
    /// Send everything there instead of to the scenario's own `target.http`
    #[arg(long, value_name = "URL", value_parser = address::target)]
    pub(super) target: Option<String>,
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = opened::request::<SearchKind>,
          help = opened::kinds::<SearchKind>())]
    reports: Vec<Arc<Request<SearchKind>>>,
    /// Where searches are kept, one folder each with a folder for each run
    #[arg(long, value_name = "DIR", default_value = "reports/runs")]
    pub(super) out: PathBuf,
    /// The seed of everything random
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    #[command(flatten)]
    pub(super) awake: KeepAwake,
    /// Show a saved search again; nothing is sent
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenario", "target", "seed", "keep_awake"])]
    pub(super) show: Option<PathBuf>,
}

fn precision(text: &str) -> Result<Ratio, String> {
    let ratio: Ratio = text.parse().map_err(|e: UnitError| e.to_string())?;
    if ratio.get() < 0.001 {
        Err("no measurement is that exact; write at least 0.1%".into())
    } else {
        Ok(ratio)
    }
}

impl Args {
    /// What is asked for, where it makes sense.
    pub(super) fn asked(&self) -> Result<Asked, Failure> {
        let Args { from, limit, precision, hold, confirm, repeats, rest, recover, .. } = *self;
        if limit < from {
            let text = format!("--limit {limit} is below --from {from}; raise it, or begin lower");
            return Err(Failure::Usage(text));
        }
        Ok(Asked { from, limit, precision, hold, confirm, repeats, rest, recover })
    }

    /// Looks at what reports go to, before anything runs.
    pub(super) fn destinations(&self) -> Result<Opened<SearchKind>, Failure> {
        Opened::open(&self.reports)
    }
}
