//! What can be asked.

use super::telling::to_stdout;
use super::{
    Failure, check, completions, demo, guard, init, judge, load, plan, playground, pressure, proxy, rbac,
    recover, run, schema, shop, smoke, stress, worker,
};
use crate::run::Exit;
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

/// Load, chaos and smoke testing of deployed services, with a verdict as an exit code.
#[derive(Debug, Parser)]
#[command(name = "shakedown", version, about, max_term_width = 100, after_help = exit_codes())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The exit codes, as in `docs/exit-codes.md`.
fn exit_codes() -> String {
    let lines = Exit::ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
    format!("Exit codes:\n{}", lines.join("\n"))
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole story in a minute, on a shop in the embedded Kubernetes: checks, load, a spike, faults, verdicts
    Demo(demo::Args),
    /// Write a first scenario: a small one, or one drafted from a namespace
    Init(init::Args),
    /// Run scenarios: checks, load, gates, a verdict
    Run(run::Args),
    /// Load one URL, no scenario file needed
    Load(Box<load::Args>),
    /// Find the rate at which a scenario's gates break, by runs at many rates
    Stress(stress::Args),
    /// Run only the smoke checks of scenarios
    Smoke(smoke::Args),
    /// Parse and validate scenarios; every error at once, nothing is sent
    Check(check::Args),
    /// Show what a scenario would do: its load over time, requests, connections, memory; nothing is sent
    Plan(plan::Args),
    /// Judge a saved run again, with other gates if given
    Judge(judge::Args),
    /// Print the least role under which exactly this scenario runs, for `kubectl apply -f -`
    Rbac(rbac::Args),
    /// Take back what the faults of a dead run left in a namespace
    Recover(recover::Args),
    /// The embedded Kubernetes, whose pods are processes of this machine
    #[command(subcommand)]
    Playground(playground::Command),
    /// Serve the demo shop in the foreground, to try scenarios on
    Shop(shop::Args),
    /// Pass TCP connections on and spoil them: the pod of the network fault
    #[command(hide = true)]
    Proxy(proxy::Args),
    /// Use up CPU or memory for a while: what a fault runs inside of a Pod
    #[command(subcommand, hide = true)]
    Pressure(pressure::Command),
    /// Take the faults of a run back when it dies: the Pod that a run puts beside its faults
    #[command(hide = true)]
    Guard(guard::Args),
    /// Drive the users of a run: the process that a run of users starts
    #[command(hide = true)]
    Worker(worker::Args),
    /// Print the JSON Schema of scenario files
    Schema,
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// The command line, or the exit code of what clap already said about it.
pub(super) fn parse() -> Result<Cli, Exit> {
    Cli::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Failure::told(to_stdout(|out| write!(out, "{}", error.render().ansi())))
        }
        _ => {
            // Where stderr is gone, nobody is left to be told.
            let _ = error.print();
            Exit::Usage
        }
    })
}

impl Cli {
    /// Does what is asked.
    pub(super) fn obey(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Demo(args) => demo::obey(&args),
            Command::Init(args) => init::obey(&args),
            Command::Run(args) => run::obey(&args),
            Command::Load(args) => load::obey(&args),
            Command::Stress(args) => stress::obey(&args),
            Command::Smoke(args) => smoke::obey(&args),
            Command::Check(args) => Ok(check::obey(&args)),
            Command::Plan(args) => plan::obey(&args),
            Command::Judge(args) => judge::obey(&args),
            Command::Playground(command) => playground::obey(&command),
            Command::Shop(args) => shop::obey(&args),
            Command::Proxy(args) => proxy::obey(&args),
            Command::Pressure(command) => pressure::obey(&command),
            Command::Rbac(args) => rbac::obey(&args),
            Command::Recover(args) => recover::obey(&args),
            Command::Guard(args) => guard::obey(&args),
            Command::Worker(args) => worker::obey(&args),
            Command::Schema => schema::obey(),
            Command::Completions(args) => completions::obey(&args),
        }
    }
}
