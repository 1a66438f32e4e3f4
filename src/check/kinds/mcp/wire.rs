//! Messages of JSON-RPC over HTTP, their answers as one document or as a stream of events.

use super::trouble::{Refusal, Trouble};
use crate::transport::{Event, EventParser, Failure, WANTS_TLS, wants_tls};
use http::header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use std::collections::VecDeque;
use url::Url;

/// A longer answer is not read.
const LONGEST: usize = 8 << 20;

/// The way to one server.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) http: Client,
    pub(super) url: Url,
    /// Headers of every request, as the scenario has them.
    pub(super) headers: HeaderMap,
}

/// Headers of one request.
pub(super) type Extra = Vec<(&'static str, String)>;

impl Wire {
    /// Sends one message; the answer, once it is known to be a success.
    pub(super) async fn post(&self, url: &Url, message: &Value, extra: &Extra) -> Result<Response, Trouble> {
        let request = self
            .http
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .body(message.to_string());
        self.success(request, extra).await
    }

    /// Opens a stream of events that begins with the endpoint for requests.
    pub(super) async fn endpoint(&self) -> Result<(Events, String), Trouble> {
        let request = self.http.get(self.url.clone()).header(ACCEPT, "text/event-stream");
        let response = self.success(request, &Extra::new()).await?;
        let kind = content_type(&response);
        if !kind.starts_with("text/event-stream") {
            return Err(Trouble::Protocol(format!(
                "the answer is `{kind}`, no stream of events; correct `url`"
            )));
        }
        let mut events = Events::new(response);
        loop {
            let event = events.next().await?;
            if event.name == "endpoint" {
                return Ok((events, event.data));
            }
        }
    }

    /// Ends a session. A server need not let us.
    pub(super) async fn delete(&self, extra: &Extra) {
        let request = extra
            .iter()
            .fold(self.http.delete(self.url.clone()), |request, (name, value)| request.header(*name, value));
        // It ends by itself in time where this is refused or lost.
        let _ = request.headers(self.headers.clone()).send().await;
    }

    async fn success(&self, request: RequestBuilder, extra: &Extra) -> Result<Response, Trouble> {
        let request = extra.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let sent = request.headers(self.headers.clone()).send().await;
        let response = sent.map_err(|error| Failure::from_reqwest(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let challenge = response.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
            let challenge = challenge.unwrap_or_default().to_owned();
            let body = text(response).await;
            return Err(Trouble::Access { status: status.as_u16(), challenge, body });
        }
        let body = text(response).await;
        if wants_tls(status, body.as_bytes()) {
            return Err(Trouble::Protocol(format!("status {status}; {WANTS_TLS}")));
        }
        let error = serde_json::from_str(&body).ok().and_then(|body| Refusal::of(&body));
        Err(Trouble::Status { status: status.as_u16(), error, body })
    }
}

/// The result of the request with this number, from an answer to it.
pub(super) async fn result(response: Response, id: u64) -> Result<Value, Trouble> {
    let kind = content_type(&response);
    if kind.starts_with("text/event-stream") {
        return Events::new(response).result(id).await;
    }
    if !kind.starts_with("application/json") {
        return Err(Trouble::Protocol(format!(
            "the answer is `{kind}`, neither JSON nor a stream of events; correct `url`"
        )));
    }
    let message = document(response).await?;
    answered(&message, id).unwrap_or_else(|| {
        Err(Trouble::Protocol("the answer is none of JSON-RPC to this request".to_owned()))
    })
}

/// What a message says to the request with this number; `None` where it is about something else.
fn answered(message: &Value, id: u64) -> Option<Result<Value, Trouble>> {
    if message.get("id").and_then(Value::as_u64) != Some(id) {
        return None;
    }
    match (message.get("result"), Refusal::of(message)) {
        (Some(result), _) => Some(Ok(result.clone())),
        (None, Some(refusal)) => Some(Err(Trouble::Refused(refusal))),
        (None, None) => None,
    }
}

fn content_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}

async fn document(response: Response) -> Result<Value, Trouble> {
    serde_json::from_slice(&body(response).await?)
        .map_err(|error| Trouble::Protocol(format!("the answer is not JSON: {error}")))
}

/// The body of a refusal. The status says enough where it does not come.
async fn text(response: Response) -> String {
    String::from_utf8_lossy(&body(response).await.unwrap_or_default()).into_owned()
}

async fn body(mut response: Response) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::from_reqwest(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err(Trouble::Protocol("the answer is longer than 8 MiB".to_owned()));
        }
    }
    Ok(body)
}

/// A stream of events that is being read.
#[derive(Debug)]
pub(super) struct Events {
    response: Response,
    parser: EventParser,
    ready: VecDeque<Event>,
}

impl Events {
    fn new(response: Response) -> Events {
        Events { response, parser: EventParser::default(), ready: VecDeque::new() }
    }

    /// The next event.
    pub(super) async fn next(&mut self) -> Result<Event, Trouble> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let chunk = self.response.chunk().await.map_err(|error| Failure::from_reqwest(&error))?;
            let Some(chunk) = chunk else {
                return Err(Trouble::Protocol("the stream of events ended before the answer".to_owned()));
            };
            self.ready.extend(self.parser.push(&chunk));
            if self.parser.held() > LONGEST {
                return Err(Trouble::Protocol("an event is longer than 8 MiB".to_owned()));
            }
        }
    }

    /// The result of the request with this number; whatever else comes before it is passed over.
    pub(super) async fn result(&mut self, id: u64) -> Result<Value, Trouble> {
        loop {
            let event = self.next().await?;
            let message: Value = serde_json::from_str(&event.data)
                .map_err(|error| Trouble::Protocol(format!("an event is not JSON: {error}")))?;
            if let Some(answer) = answered(&message, id) {
                return answer;
            }
        }
    }
}
