//! Performs a step that listens.

use super::heard::Heard;
use super::listening::{End, Listening, Talk};
use crate::journey::judge::Mismatch;
use crate::journey::{Cookies, Sender, Step, StepFailure, Values};
use crate::sample::ErrorClass;
use crate::transport::{Answer, Event, Failure, Request, refusal};
use http::{HeaderValue, StatusCode};
use std::time::Duration;
use tokio::time::timeout;

/// Sends requests whose answers come piece by piece, and keeps sockets open as long as an arrival lasts.
pub trait Talker: Sender {
    /// Sends `request` and brings the head of the answer, with the beginning of the body where it is an error.
    fn listen(&mut self, request: &Request) -> impl Future<Output = Result<Answer, Failure>>;

    /// Sends a message over the arrival's socket at the request's path, which is opened for the first of them; brings
    /// the head of the answer to that. Any status but 101 means that there is no socket.
    fn say(
        &mut self,
        request: &Request,
        subprotocol: Option<&HeaderValue>,
        message: Option<String>,
    ) -> impl Future<Output = Result<Answer, Failure>>;

    /// The next event or message as soon as it is there; none at the stream's end. Nothing is lost when this is given
    /// up in the middle.
    fn next(&mut self) -> impl Future<Output = Result<Option<Event>, Failure>>;

    /// How long ago the last of them came, or the request was sent.
    fn waited(&self) -> Duration;
}

impl Step {
    /// Whether it listens: to be performed with [`Step::talk`], under load alone.
    pub fn talks(&self) -> bool {
        !matches!(self.talk, Talk::Exchange)
    }

    /// The path of the WebSocket that it talks over, as written: the steps of an arrival with the same one share a
    /// socket. None for a step over the arrival's own connection.
    pub fn socket(&self) -> Option<&str> {
        match &self.talk {
            Talk::Message(message) => Some(&message.path),
            Talk::Exchange | Talk::Events(_) => None,
        }
    }

    /// Performs a step that listens, within its timeout; any other as [`Step::perform`] does.
    ///
    /// # Errors
    /// Anything but what is expected, with its class.
    pub async fn talk(
        &self,
        values: &mut Values<'_>,
        cookies: &mut Cookies,
        talker: &mut impl Talker,
    ) -> Result<(), StepFailure> {
        let mut heard = Heard::nothing(&self.talk);
        let in_time = timeout(self.timeout, self.converse(values, cookies, talker, &mut heard)).await;
        in_time.unwrap_or_else(|_| Err(heard.too_late(self.timeout)))
    }

    async fn converse(
        &self,
        values: &mut Values<'_>,
        cookies: &mut Cookies,
        talker: &mut impl Talker,
        heard: &mut Heard,
    ) -> Result<(), StepFailure> {
        let mut request = self.render(values)?;
        if !cookies.is_empty() {
            cookies.apply(request.to_mut(), &self.origin);
        }
        let (answer, listening) = match &self.talk {
            Talk::Exchange => return self.perform(values, cookies, talker).await,
            Talk::Events(listening) => (talker.listen(&request).await?, &**listening),
            Talk::Message(message) => {
                let said = message.send.as_ref().map(|template| {
                    let mut said = String::new();
                    template.render(values, &mut said);
                    said
                });
                let answer = talker.say(&request, message.subprotocol.as_ref(), said).await?;
                open(&answer)?;
                (answer, &message.listening)
            }
        };
        cookies.remember(&request, &answer.headers, &self.origin);
        self.expect.judge_head(&answer, values)?;
        self.hear(listening, values, talker, heard).await?;
        heard.enough(listening)?;
        let Some(last) = heard.last.take() else {
            let missing = || Mismatch::assertion(format!("{} is missing: none came", heard.name()));
            return if self.expect.looks_into_body() { Err(missing().into()) } else { Ok(()) };
        };
        if !matches!(listening.end, End::Expected) {
            self.expect.judge_content(&heard.name(), last.data.as_bytes(), values)?;
        }
        let answer = Answer { length: last.data.len() as u64, body: last.data.into(), ..answer };
        self.extracts.iter().try_for_each(|extract| extract.take(&answer, values))?;
        Ok(())
    }

    /// Listens to the end.
    async fn hear(
        &self,
        listening: &Listening,
        values: &mut Values<'_>,
        talker: &mut impl Talker,
        heard: &mut Heard,
    ) -> Result<(), StepFailure> {
        loop {
            if matches!(&listening.end, End::Until(until) if until.count == Some(heard.count)) {
                return Ok(());
            }
            let limit = if heard.count == 0 { listening.first_event } else { listening.gap };
            let came = match limit {
                None => talker.next().await,
                Some(limit) => {
                    let left = limit.saturating_sub(talker.waited());
                    timeout(left, talker.next()).await.map_err(|_| heard.not_in_time(limit))?
                }
            };
            let Some(event) = came.map_err(|failure| heard.broken(failure))? else {
                return match &listening.end {
                    End::Stream => Ok(()),
                    End::Expected | End::Until(_) => Err(heard.without_end().into()),
                };
            };
            if let Some(most) = listening.at_most.filter(|most| heard.count >= *most) {
                return Err(heard.too_many(most).into());
            }
            heard.count = heard.count.saturating_add(1);
            let ends = match &listening.end {
                End::Stream => false,
                End::Until(until) => until.is(&event, values),
                End::Expected => {
                    let judged = self.expect.judge_content(&heard.name(), event.data.as_bytes(), values);
                    heard.mismatch = judged.err();
                    heard.mismatch.is_none()
                }
            };
            heard.last = Some(event);
            if ends {
                return Ok(());
            }
        }
    }
}

/// Whether the socket is open.
fn open(head: &Answer) -> Result<(), Mismatch> {
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(());
    }
    let next = refusal(head.status, &head.body);
    let text = format!("expected status 101 Switching Protocols, got {}; {next}", head.status);
    Err(Mismatch { class: ErrorClass::Status, text, differs: None })
}
