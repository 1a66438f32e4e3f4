//! The command line: one file per subcommand, the only printer, and the only place that ends the process.

mod active;
mod address;
mod args;
mod awake;
mod block;
mod caret;
mod check;
mod completions;
mod conduct;
mod demo;
mod destinations;
mod failure;
mod footprint;
mod guard;
mod init;
mod judge;
mod left;
mod line;
mod load;
mod needs;
mod opened;
mod paper;
mod place;
mod plan;
mod plan_faults;
mod playground;
mod pressure;
mod progress;
mod proxy;
mod rbac;
mod recover;
mod rounds;
mod row;
mod run;
mod schema;
mod shop;
mod signals;
mod smoke;
mod sockets;
mod stress;
mod telling;
mod tls;
mod waiting;
mod worker;
mod written;
mod yaml;

pub use args::Cli;
pub use failure::Failure;

use crate::run::Exit;
use std::process::ExitCode;

/// Parses the arguments, does what they ask and says how it went.
pub fn main() -> ExitCode {
    if playground::supervises() {
        return ::playground::supervise();
    }
    let exit = match args::parse() {
        Ok(cli) => cli.obey().unwrap_or_else(|failure| failure.report()),
        Err(told) => told,
    };
    ExitCode::from(Exit::code(exit))
}
