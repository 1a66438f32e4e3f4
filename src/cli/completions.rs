//! `shakedown completions SHELL`

use super::Cli;
use crate::run::Exit;
use clap::CommandFactory;
use clap_complete::Shell;

/// For which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints a completion script.
pub(super) fn obey(args: &Args) -> Exit {
    clap_complete::generate(args.shell, &mut Cli::command(), "shakedown", &mut std::io::stdout());
    Exit::Pass
}
