//! A user's way to the target: reqwest, as a browser or an app would have an HTTP client of its own.

use crate::clock::{Clock, Offset};
use crate::journey::Sender;
use crate::transport::{Answer, Client, Exchange, Failure, Keep, Request};

/// Sends one step's request, redirects included, and notes its instants.
pub(super) struct Link<'a> {
    client: &'a Client,
    clock: Clock,
    /// When the head of the first answer was there.
    pub(super) first_byte: Option<Offset>,
    /// When the last answer was complete; none when there is no complete one.
    pub(super) answered: Option<Offset>,
}

impl<'a> Link<'a> {
    pub(super) fn new(client: &'a Client, clock: Clock) -> Link<'a> {
        Link { client, clock, first_byte: None, answered: None }
    }
}

impl Sender for Link<'_> {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        self.answered = None;
        let exchange = self.client.exchange(request, keep, longest_body, &self.clock).await;
        let Exchange { first_byte, done, result, .. } = exchange;
        self.first_byte = self.first_byte.or(first_byte);
        self.answered = result.is_ok().then_some(done);
        result
    }
}
