//! `shakedown pressure`: uses up CPU or memory. Hidden: faults run it inside of Pods. Nothing outside is needed for
//! its end: neither who started it, nor a cluster, nor its standard streams.

use super::{Failure, signals};
use crate::pressure::{Because, Cores, Memory, PressureError, Until, burn, hold};
use crate::run::Exit;
use crate::units::{Bytes, Span};
use serde_json::{Value, json};
use std::io::Write as _;

/// What to use up.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Keep cores busy
    Cpu(Cpu),
    /// Take memory and keep it in use
    Memory(Taking),
}

#[derive(Debug, clap::Args)]
pub(super) struct Cpu {
    /// How many: a number such as 1 or 0.5, or all
    #[arg(long, value_name = "N", default_value = "1")]
    cores: Cores,
    /// For how long
    #[arg(long = "for", value_name = "TIME")]
    time: Span,
}

#[derive(Debug, clap::Args)]
pub(super) struct Taking {
    /// How much; never more than there is
    #[arg(long, value_name = "SIZE")]
    size: Bytes,
    /// Take so much each second instead of all at once
    #[arg(long, value_name = "SIZE")]
    step: Option<Bytes>,
    /// For how long
    #[arg(long = "for", value_name = "TIME")]
    time: Span,
}

/// Uses it up until the time is over, or a signal comes. Says a line when it begins and one when it has ended, both
/// JSON.
pub(super) fn obey(command: &Command) -> Result<Exit, Failure> {
    let system = |what| move |source| Failure::System { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("start the runtime"))?.block_on(async {
        let mut stops = signals::Stops::new().map_err(system("listen for signals"))?;
        match command {
            Command::Cpu(Cpu { cores, time }) => {
                let (cores, until) = (*cores, Until::after(time.get()));
                say(&json!({"pressure": "cpu", "state": "started", "cores": cores.count(), "for_s": seconds(*time)}));
                let burnt = work(&mut stops, &until, move |until| burn(cores, until)).await?;
                say(&json!({
                    "pressure": "cpu", "state": "ended", "because": because(&until), "threads": burnt.threads,
                    "cpu_s": burnt.cpu.as_secs_f64(), "passed_s": burnt.passed.as_secs_f64(),
                }));
            }
            Command::Memory(Taking { size, step, time }) => {
                let (memory, until) = (Memory { size: *size, step: *step }, Until::after(time.get()));
                say(&json!({
                    "pressure": "memory", "state": "started", "size_bytes": size.get(), "for_s": seconds(*time),
                }));
                let held = work(&mut stops, &until, move |until| hold(memory, until)).await?;
                say(&json!({
                    "pressure": "memory", "state": "ended", "because": because(&until),
                    "held_bytes": held.most.get(), "passed_s": held.passed.as_secs_f64(),
                }));
            }
        }
        Ok(Exit::Pass)
    })
}

/// Does the work on a thread of its own, which a signal ends.
async fn work<T: Send + 'static>(
    stops: &mut signals::Stops,
    until: &Until,
    work: impl FnOnce(&Until) -> Result<T, PressureError> + Send + 'static,
) -> Result<T, Failure> {
    let own = until.clone();
    let mut working = tokio::task::spawn_blocking(move || work(&own));
    let ended = tokio::select! {
        ended = &mut working => ended,
        () = stops.next() => {
            until.end();
            working.await
        }
    };
    let ended = ended.map_err(|error| PressureError::Thread(std::io::Error::other(error)))?;
    Ok(ended?)
}

fn because(until: &Until) -> &'static str {
    match until.over() {
        Some(Because::Told) => "signal",
        Some(Because::Time) | None => "time",
    }
}

fn seconds(span: Span) -> f64 {
    span.get().as_secs_f64()
}

fn say(line: &Value) {
    // Whoever listened may be gone, and this must end well nevertheless.
    let _ = writeln!(std::io::stdout(), "{line}");
}
