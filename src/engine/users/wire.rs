//! What the two processes say to each other: a line of JSON for each message.

use super::super::batch::Batch;
use super::job::Job;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// What the run says to the process that drives the users.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// What to do; comes first.
    Prepare(Box<Job>),
    /// The run's clock starts there, on the system's monotonic clock.
    Start { zero: Duration },
    /// No further requests; what is in flight gets its timeout.
    Stop,
}

/// What that process says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// It can start.
    Ready,
    /// It cannot.
    Refused { why: String },
    /// What was recorded since the last batch. That of the last of all seconds is the last word.
    Batch(Box<Batch>),
}

/// Where messages of the other side come from.
pub(super) struct Inbound(Lines<BufReader<OwnedReadHalf>>);

/// Where messages to the other side go.
pub(super) struct Outbound(OwnedWriteHalf);

/// Both ends of this side of the socket.
pub(super) fn ends(stream: std::os::unix::net::UnixStream) -> io::Result<(Inbound, Outbound)> {
    stream.set_nonblocking(true)?;
    let (read, write) = UnixStream::from_std(stream)?.into_split();
    Ok((Inbound(BufReader::new(read).lines()), Outbound(write)))
}

impl Inbound {
    /// The next message; none when the other side is gone. Nothing is lost when this is dropped before it is done.
    pub(super) async fn next<M: DeserializeOwned>(&mut self) -> io::Result<Option<M>> {
        match self.0.next_line().await? {
            Some(line) => Ok(Some(serde_json::from_str(&line)?)),
            None => Ok(None),
        }
    }
}

impl Outbound {
    /// Hands a message over.
    pub(super) async fn say(&mut self, message: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.0.write_all(&line).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_one_side_says_the_other_hears_until_it_is_gone() {
        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
        let ((one_in, mut out), (mut inbound, _other_out)) = (ends(one).unwrap(), ends(other).unwrap());
        out.say(&Order::Start { zero: Duration::from_nanos(7) }).await.unwrap();
        out.say(&Order::Stop).await.unwrap();
        drop((one_in, out));
        let first: Option<Order> = inbound.next().await.unwrap();
        assert!(matches!(first, Some(Order::Start { zero }) if zero.as_nanos() == 7), "{first:?}");
        assert!(matches!(inbound.next().await.unwrap(), Some(Order::Stop)));
        assert!(inbound.next::<Order>().await.unwrap().is_none());
    }
}
