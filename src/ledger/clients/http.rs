//! The service itself over HTTP: one step writes, one reads; both as a journey's steps are written.

use super::{Census, Written};
use crate::clock::Clock;
use crate::journey::{Cookies, Sender, Step, StepFailure, Values};
use crate::ledger::{HttpLedger, Ids};
use crate::sample::ErrorClass;
use crate::transport::{Answer, Connection, Failure, Keep, Request, Target};
use futures_util::{StreamExt, stream};
use http::StatusCode;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::timeout;

/// How many writes are looked up at once when they are read back.
const READERS: usize = 8;

/// Writes to the target and reads back.
pub struct Http {
    target: Target,
    ledger: HttpLedger,
    ids: Ids,
    seed: u64,
    /// Connections that wait for their next request.
    idle: Mutex<Vec<Connection>>,
    /// Connections note instants on some clock; nobody looks at these.
    clock: Clock,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Http({:?}, {}, {})", self.target, self.ledger.write.endpoint, self.ledger.read.endpoint)
    }
}

impl Http {
    /// A client of this target; each write takes at most its step's timeout.
    pub fn new(ledger: HttpLedger, target: Target, ids: &Ids, seed: u64) -> Http {
        Http { target, ledger, ids: ids.clone(), seed, idle: Mutex::default(), clock: Clock::start() }
    }

    /// Sends the request of one write, once.
    pub(super) async fn write(&self, seq: u64) -> Written {
        let (sending, performed) = self.perform(&self.ledger.write, seq).await;
        written(sending.sent, sending.status, performed)
    }

    /// Looks every write up, over new connections; the first answer that says neither yes nor no ends the reading.
    pub(super) async fn read(&self, census: &mut Census) -> Result<(), String> {
        // A kept connection may lead to what the service's name stood for before.
        self.idle().clear();
        let looks = stream::iter(0..census.planned()).map(async |seq| (seq, self.look(seq).await));
        let mut looks = std::pin::pin!(looks.buffer_unordered(READERS));
        while let Some((seq, looked)) = looks.next().await {
            match looked.map_err(|why| format!("{}: {why}", self.ids.id(seq)))? {
                Look::Missing => {}
                Look::Found => census.found(seq, true),
                Look::Other => census.found(seq, false),
            }
        }
        Ok(())
    }

    async fn look(&self, seq: u64) -> Result<Look, String> {
        let (sending, performed) = self.perform(&self.ledger.read, seq).await;
        look(sending.status, performed)
    }

    async fn perform(&self, step: &Step, seq: u64) -> (Sending<'_>, Result<(), StepFailure>) {
        let row = HttpLedger::row(&self.ids, seq);
        let mut values = Values::new(seq, self.seed, &row, usize::from(u8::MAX));
        let mut sending = Sending { http: self, sent: false, status: None };
        let mut cookies = Cookies::default();
        let performed = timeout(step.timeout, step.perform(&mut values, &mut cookies, &mut sending)).await;
        let performed = performed.unwrap_or_else(|_| {
            let what = if sending.sent { "complete answer" } else { "connection" };
            let text = format!("no {what} within {:?}", step.timeout);
            // What came of an earlier answer, a redirect's, says nothing of this one.
            sending.status = None;
            Err(StepFailure { class: ErrorClass::Timeout, text, differs: None })
        });
        (sending, performed)
    }

    /// An idle connection that is still open, or a new one.
    async fn connection(&self) -> Result<Connection, Failure> {
        loop {
            let waiting = self.idle().pop();
            let Some(mut waiting) = waiting else { break };
            if waiting.usable().await {
                return Ok(waiting);
            }
        }
        let mut last = None;
        for address in self.target.resolve().await? {
            match Connection::open(&self.target, address).await {
                Ok(opened) => return Ok(opened.connection),
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure::new(ErrorClass::Dns, "the target's name has no address")))
    }

    /// A list stays whole whoever panics beside it.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request, and how far it came.
struct Sending<'a> {
    http: &'a Http,
    /// Whether a byte of it may have reached anybody.
    sent: bool,
    /// The status of the last answer.
    status: Option<StatusCode>,
}

impl Sender for Sending<'_> {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        self.status = None;
        let mut connection = self.http.connection().await?;
        self.sent = true;
        let answer = connection.exchange(request, keep, longest_body, &self.http.clock).await.result?;
        self.status = Some(answer.status);
        self.http.idle().push(connection);
        Ok(answer)
    }
}

/// How a write ended.
fn written(sent: bool, status: Option<StatusCode>, performed: Result<(), StepFailure>) -> Written {
    let why = |performed: Result<(), StepFailure>, else_: &str| {
        performed.map_or_else(|failure| failure.text, |()| else_.to_owned())
    };
    match status {
        _ if !sent => Written::failed(why(performed, "nothing was sent")),
        Some(status) if status.is_success() => match performed {
            Ok(()) => Written::acknowledged(),
            Err(failure) => Written::unknown(failure.text),
        },
        // Nothing is sent twice by us; who has this id already has it from a proxy that did.
        Some(StatusCode::CONFLICT) => Written::unknown(why(performed, "409 is no acknowledgement")),
        Some(status) if status.is_client_error() || status.is_redirection() => {
            Written::failed(why(performed, "only a status from 200 to 299 is an acknowledgement"))
        }
        _ => Written::unknown(why(performed, "no answer that says anything")),
    }
}

/// What a look for one write says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Found,
    /// It is there, and is not what was written.
    Other,
    Missing,
}

fn look(status: Option<StatusCode>, performed: Result<(), StepFailure>) -> Result<Look, String> {
    match (status, performed) {
        (Some(StatusCode::NOT_FOUND), _) => Ok(Look::Missing),
        (Some(status), Ok(())) if status.is_success() => Ok(Look::Found),
        (Some(status), Err(failure)) if status.is_success() && failure.class == ErrorClass::Assertion => {
            Ok(Look::Other)
        }
        (_, Err(failure)) => Err(failure.text),
        (status, Ok(())) => Err(format!("{status:?} says neither that it is there nor that it is not")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::WriteOutcome::{Acknowledged, Failed, Unknown};

    fn failure(class: ErrorClass) -> Result<(), StepFailure> {
        Err(StepFailure { class, text: "words".into(), differs: None })
    }

    #[test]
    fn what_an_answer_makes_of_a_write() {
        use ErrorClass::{Assertion, Dns, Refused, Reset, Status, Timeout};
        for (sent, status, performed, outcome) in [
            (true, Some(201), Ok(()), Acknowledged),
            (true, Some(200), failure(Assertion), Unknown),
            (true, Some(302), Ok(()), Failed),
            (true, Some(400), failure(Status), Failed),
            (true, Some(429), failure(Status), Failed),
            (true, Some(404), Ok(()), Failed),
            (true, Some(409), failure(Status), Unknown),
            (true, Some(500), failure(Status), Unknown),
            (true, Some(503), Ok(()), Unknown),
            (true, None, failure(Reset), Unknown),
            (true, None, failure(Timeout), Unknown),
            (false, None, failure(Timeout), Failed),
            (false, None, failure(Refused), Failed),
            (false, None, failure(Dns), Failed),
        ] {
            let status = status.map(|status: u16| StatusCode::from_u16(status).unwrap());
            let written = written(sent, status, performed);
            assert_eq!(written.outcome, outcome, "{sent} {status:?}");
            assert_eq!(written.why.is_none(), outcome == Acknowledged);
        }
    }

    #[test]
    fn what_an_answer_says_of_a_look() {
        use ErrorClass::{Assertion, Reset, Status};
        for (status, performed, expected) in [
            (Some(200), Ok(()), Some(Look::Found)),
            (Some(200), failure(Assertion), Some(Look::Other)),
            (Some(404), failure(Status), Some(Look::Missing)),
            (Some(404), Ok(()), Some(Look::Missing)),
            (Some(410), failure(Status), None),
            (Some(302), Ok(()), None),
            (Some(503), failure(Status), None),
            (None, failure(Reset), None),
        ] {
            let status = status.map(|status: u16| StatusCode::from_u16(status).unwrap());
            assert_eq!(look(status, performed).ok(), expected, "{status:?}");
        }
    }
}
