//! One command on one WebSocket.

use crate::api::agent::{Execution, Start};
use crate::api::pod::channel::{self, STATUS, STDERR, STDOUT, Said};
use crate::api::pod::handshake::Socket;
use crate::api::pod::outcome;
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// At most so much of the output goes into one message, in bytes.
const PIECE: usize = 32 * 1024;
/// How often the client is asked whether it is still there: one that has gone is noticed even while the command
/// does not read its input.
const PING: Duration = Duration::from_secs(5);
/// How long the client has to close the connection after the end.
const GOODBYE: Duration = Duration::from_secs(5);

/// Which outputs the client wants; what it does not want is dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attached {
    pub(super) stdout: bool,
    pub(super) stderr: bool,
}

/// Runs the command to its end, or until the client has gone: then it is killed.
pub(super) async fn serve(mut socket: Socket, command: Vec<String>, attached: Attached, start: Start) {
    let status = match start() {
        Ok(execution) => match attend(&mut socket, attached, execution).await {
            Some(code) => outcome::exited(&command, code),
            None => return,
        },
        Err(why) => outcome::not_started(&why),
    };
    let status = status.to_string();
    if socket.send(channel::write(STATUS, status.as_bytes())).await.is_err() {
        return;
    }
    // What the client has still sent must be read, or the system would drop what was sent to it.
    let farewell = async {
        // kubectl takes a close without this code for an error.
        let normal = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
        if socket.close(Some(normal)).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
        // TLS has a goodbye of its own. An error means that the client was faster.
        let _ = socket.get_mut().shutdown().await;
    };
    let _ = timeout(GOODBYE, farewell).await;
}

/// The command's exit code; `None` when the client has gone.
async fn attend(socket: &mut Socket, attached: Attached, execution: Execution) -> Option<i32> {
    let Execution { stdin, stdout, stderr, exit } = execution;
    let (sink, source) = socket.split();
    let outputs = outputs(sink, attached, stdout, stderr);
    let ended = async { tokio::try_join!(outputs, async { Ok(exit.await) }) };
    tokio::select! {
        ended = ended => ended.ok().map(|((), code)| code),
        () = input(source, stdin) => None,
    }
}

/// Sends what the command prints until both outputs are at their ends. An error means that the client has gone.
async fn outputs(
    mut sink: impl Sink<Message, Error = Error> + Unpin,
    attached: Attached,
    mut stdout: impl AsyncRead + Unpin,
    mut stderr: impl AsyncRead + Unpin,
) -> Result<(), Error> {
    let (mut out, mut err) = (vec![0; PIECE], vec![0; PIECE]);
    let (mut out_open, mut err_open) = (true, true);
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while out_open || err_open {
        let (channel, wanted, piece) = tokio::select! {
            read = stdout.read(&mut out), if out_open => {
                let read = read.unwrap_or(0);
                out_open = read > 0;
                (STDOUT, attached.stdout, &out[..read])
            }
            read = stderr.read(&mut err), if err_open => {
                let read = read.unwrap_or(0);
                err_open = read > 0;
                (STDERR, attached.stderr, &err[..read])
            }
            _ = ping.tick() => {
                sink.send(Message::Ping(Bytes::new())).await?;
                continue;
            }
        };
        if wanted && !piece.is_empty() {
            sink.send(channel::write(channel, piece)).await?;
        }
    }
    Ok(())
}

/// Hands on what the client sends; returns when it has gone. A command that reads its input no more, or has none,
/// is no reason to stop listening.
async fn input(
    mut source: impl Stream<Item = Result<Message, Error>> + Unpin,
    mut stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>,
) {
    while let Some(Ok(message)) = source.next().await {
        match channel::read(message) {
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
