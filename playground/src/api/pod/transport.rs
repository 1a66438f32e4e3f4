//! What carries a session between a client and a command: a WebSocket or a SPDY connection.

use bytes::Bytes;

/// A command's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    Stdout,
    Stderr,
}

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Input(Bytes),
    EndOfInput,
    /// It closes the connection, or has gone.
    Bye,
    /// The size of a terminal, pings, and what is not known.
    Nothing,
}

/// The client has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

/// A client's connection.
pub(super) trait Transport: Send {
    /// Its two sides, for as long as the command runs.
    fn split(&mut self) -> (impl Outgoing, impl Incoming);

    /// Tells how the command ended (a `Status`) and takes leave.
    fn finish(self, status: &[u8]) -> impl Future<Output = ()> + Send;
}

/// The side to the client.
pub(super) trait Outgoing: Send {
    /// Sends what the command printed.
    fn print(&mut self, output: Output, content: &[u8]) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Asks the client whether it is still there.
    fn ping(&mut self) -> impl Future<Output = Result<(), Gone>> + Send;
}

/// The side from the client.
pub(super) trait Incoming: Send {
    /// The next that it says.
    fn hear(&mut self) -> impl Future<Output = Said> + Send;
}
