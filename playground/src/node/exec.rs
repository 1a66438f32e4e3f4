//! Commands that are run in a running container.

use crate::api::{ExecRequest, Execution};
use crate::node::Supervisor;
use crate::node::agent::Run;
use crate::node::process::{Process, Program, Streams};
use tokio::io::{AsyncRead, AsyncWrite, empty};

/// Starts a command with the environment and in the folder of `program`, for as long as `run` lasts.
pub(super) fn start(
    supervisor: &Supervisor,
    program: &Program,
    mut run: Run,
    request: &ExecRequest,
) -> Result<Execution, String> {
    let program = program.running(&request.command);
    let streams = if request.stdin { Streams::Both } else { Streams::Output };
    let mut process = Process::start(supervisor, &program, streams).map_err(|error| error.to_string())?;
    let stdin = process.input().map(|pipe| Box::new(pipe) as Box<dyn AsyncWrite + Send + Unpin>);
    let (stdout, stderr) = process.output();
    let exit = async move {
        tokio::select! {
            code = process.wait() => return code,
            () = run.over() => process.kill().await,
        }
        process.wait().await
    };
    Ok(Execution { stdin, stdout: reader(stdout), stderr: reader(stderr), exit: Box::pin(exit) })
}

fn reader(pipe: Option<impl AsyncRead + Send + Unpin + 'static>) -> Box<dyn AsyncRead + Send + Unpin> {
    match pipe {
        Some(pipe) => Box::new(pipe),
        None => Box::new(empty()),
    }
}
