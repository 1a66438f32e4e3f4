//! One command and its client.

use crate::api::agent::{Execution, Start};
use crate::api::pod::outcome;
use crate::api::pod::transport::{Gone, Incoming, Outgoing, Output, Said, Transport};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{MissedTickBehavior, interval};

/// At most so much of the output goes into one message, in bytes.
const PIECE: usize = 32 * 1024;
/// How often the client is asked whether it is still there: one that has gone is noticed even while the command
/// does not read its input.
pub(super) const PING: Duration = Duration::from_secs(5);

/// Which streams the client wants; an output that it does not want is dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attached {
    pub(super) stdin: bool,
    pub(super) stdout: bool,
    pub(super) stderr: bool,
}

/// A command that is to be run for a client.
pub(super) struct Session {
    pub(super) command: Vec<String>,
    pub(super) attached: Attached,
    pub(super) start: Start,
}

impl Session {
    /// Runs the command to its end, or until the client has gone: then it is killed.
    pub(super) async fn run(self, mut transport: impl Transport) {
        let status = match (self.start)() {
            Ok(execution) => match attend(&mut transport, self.attached, execution).await {
                Some(code) => outcome::exited(&self.command, code),
                None => return,
            },
            Err(why) => outcome::not_started(&why),
        };
        transport.finish(status.to_string().as_bytes()).await;
    }
}

/// The command's exit code; `None` when the client has gone.
async fn attend(transport: &mut impl Transport, attached: Attached, execution: Execution) -> Option<i32> {
    let Execution { stdin, stdout, stderr, exit } = execution;
    let (outgoing, incoming) = transport.split();
    let outputs = outputs(outgoing, attached, stdout, stderr);
    let ended = async { tokio::try_join!(outputs, async { Ok(exit.await) }) };
    tokio::select! {
        ended = ended => ended.ok().map(|((), code)| code),
        () = input(incoming, stdin) => None,
    }
}

/// Sends what the command prints until both outputs are at their ends.
async fn outputs(
    mut client: impl Outgoing,
    attached: Attached,
    mut stdout: impl AsyncRead + Unpin,
    mut stderr: impl AsyncRead + Unpin,
) -> Result<(), Gone> {
    let (mut out, mut err) = (vec![0; PIECE], vec![0; PIECE]);
    let (mut out_open, mut err_open) = (true, true);
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while out_open || err_open {
        let (output, wanted, piece) = tokio::select! {
            read = stdout.read(&mut out), if out_open => {
                let read = read.unwrap_or(0);
                out_open = read > 0;
                (Output::Stdout, attached.stdout, &out[..read])
            }
            read = stderr.read(&mut err), if err_open => {
                let read = read.unwrap_or(0);
                err_open = read > 0;
                (Output::Stderr, attached.stderr, &err[..read])
            }
            _ = ping.tick() => {
                client.ping().await?;
                continue;
            }
        };
        if wanted && !piece.is_empty() {
            client.print(output, piece).await?;
        }
    }
    Ok(())
}

/// Hands on what the client sends; returns when it has gone. A command that reads its input no more, or has none,
/// is no reason to stop listening.
async fn input(mut client: impl Incoming, mut stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>) {
    loop {
        match client.hear().await {
            Said::Input(content) => {
                if let Some(open) = &mut stdin
                    && open.write_all(&content).await.is_err()
                {
                    stdin = None;
                }
            }
            Said::EndOfInput => stdin = None,
            Said::Bye => return,
            Said::Nothing => {}
        }
    }
}
