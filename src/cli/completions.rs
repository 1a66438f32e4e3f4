//! `shakedown completions SHELL`

use super::telling::to_stdout;
use super::{Cli, Failure};
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
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    // Whole first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "shakedown", &mut script);
    to_stdout(|out| out.write_all(&script))?;
    Ok(Exit::Pass)
}
