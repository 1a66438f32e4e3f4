//! `shakedown smoke SCENARIO…`: the checks alone, once or as a watch.

use super::conduct::Part;
use super::{Failure, run};
use crate::history::WatchPlan;
use crate::run::Exit;
use crate::units::{Ratio, Span, UnitError};

/// Which scenarios to check, and whether to go on.
#[derive(Debug, clap::Args)]
#[group(id = "smoke")]
pub(super) struct Args {
    #[command(flatten)]
    run: run::Args,
    /// Ask again and again for so long, for instance the 30m after a deploy; ends early when a check keeps failing
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    watch: Option<Span>,
    /// From one round of a watch to the next
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "30s", requires = "watch")]
    every: Span,
    /// How many failures of a check in a row a watch tolerates; one more ends it
    #[arg(long, value_name = "N", default_value_t = 1, requires = "watch")]
    tolerate: u32,
    /// The share of its rounds in which each check has to hold, for instance 99.9%; without it a failure that is
    /// tolerated is a warning
    #[arg(long, value_name = "SHARE", requires = "watch")]
    availability: Option<Ratio>,
}

fn length(text: &str) -> Result<Span, String> {
    let span: Span = text.parse().map_err(|e: UnitError| e.to_string())?;
    if span.get().is_zero() {
        Err("nothing happens in no time; write for example 30s".into())
    } else {
        Ok(span)
    }
}

/// Runs the checks of all scenarios; the worst exit code counts.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let Args { every, tolerate, availability, .. } = *args;
    let part = args
        .watch
        .map_or(Part::Smoke, |length| Part::Watch(WatchPlan { length, every, tolerate, availability }));
    if let Part::Watch(watch) = part
        && watch.every > watch.length
    {
        let text = format!(
            "--every {} is longer than --watch {}; a watch needs several rounds",
            every, watch.length
        );
        return Err(Failure::Usage(text));
    }
    run::all(&args.run, part)
}
