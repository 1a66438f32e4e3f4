//! One call of a method: its types are bound before the load, its request is rendered, its answer judged.

use super::answer::{self, Ended, ended, failure};
use super::draft::Draft;
use super::encode::encode;
use super::name::MethodName;
use super::status::GrpcStatus;
use super::types::Types;
use crate::journey::judge::{Mismatch, excerpt};
use crate::journey::step::{Body, Rendered};
use crate::journey::{StepFailure, Values};
use crate::sample::ErrorClass;
use crate::source::{Mark, Problem};
use crate::transport::{Answer, Content, Request};
use bytes::Bytes;
use http::StatusCode;
use prost_reflect::MessageDescriptor;
use std::borrow::Cow;
use std::sync::OnceLock;

/// A call of a method with one request and one answer.
#[derive(Debug)]
pub struct Call {
    pub(super) name: MethodName,
    pub(super) draft: Draft,
    /// The request; its body is the message as JSON.
    pub(super) rendered: Rendered,
    /// A prefix of every path of the target.
    pub(super) prefix: String,
    /// The statuses that are expected; OK where none is named.
    pub(super) wanted: Vec<GrpcStatus>,
    /// Where they stand.
    pub(super) wanted_at: Mark,
    pub(super) bound: OnceLock<Bound>,
}

/// What is known once the types are.
#[derive(Debug)]
pub(super) struct Bound {
    input: MessageDescriptor,
    output: MessageDescriptor,
    once: Once,
}

/// What of the request is made once.
#[derive(Debug)]
enum Once {
    /// All of it.
    Request(Request),
    /// Its message.
    Message(Bytes),
    /// Nothing.
    Nothing,
}

impl Call {
    /// The method as written, `shop.v1.Orders/Create`.
    pub fn method(&self) -> String {
        format!("{}/{}", self.name.service.value, self.name.method.value)
    }

    /// The service with its package.
    pub fn service(&self) -> &str {
        &self.name.service
    }

    /// Whether its types are known.
    pub fn is_bound(&self) -> bool {
        self.bound.get().is_some()
    }

    /// Looks its types up; what is wrong with its method or its message comes back, and then it cannot be sent.
    pub fn bind(&self, types: &Types) -> Vec<Problem> {
        let (input, output) = match self.look_up(types) {
            Ok(found) => found,
            Err(problems) => return problems,
        };
        let once = match &self.rendered.body {
            Body::Rendered(_) => Once::Nothing,
            Body::Fixed(json) => match (encode(&input, written(json)), self.rendered.fixed()) {
                (Ok(body), Some(request)) => Once::Request(request.with_body(body)),
                (Ok(body), None) => Once::Message(body),
                (Err(reason), _) => return vec![Problem::at(self.name.method.mark, reason)],
            },
        };
        // A second binding would find the same.
        let _ = self.bound.set(Bound { input, output, once });
        Vec::new()
    }

    /// The types of its message and of its answer; or what is wrong with its method or its message.
    pub(super) fn look_up(
        &self,
        types: &Types,
    ) -> Result<(MessageDescriptor, MessageDescriptor), Vec<Problem>> {
        let method = types.method(&self.name).map_err(|problem| vec![problem])?;
        let problems = self.draft.problems(&method.input());
        if problems.is_empty() { Ok((method.input(), method.output())) } else { Err(problems) }
    }

    /// The request of this arrival.
    pub(in crate::journey) fn render(
        &self,
        values: &mut Values<'_>,
    ) -> Result<Cow<'_, Request>, StepFailure> {
        let bound = self.types()?;
        let message = match &bound.once {
            Once::Request(request) => return Ok(Cow::Borrowed(request)),
            Once::Message(message) => Some(message.clone()),
            Once::Nothing => None,
        };
        let request = self.rendered.render(values)?;
        let body =
            message.map_or_else(|| encode(&bound.input, written(&request.body)), Ok).map_err(|reason| {
                let (kind, json) = (bound.input.full_name(), excerpt(written(&request.body)));
                let text = format!("a value of the run makes no `{kind}`: {reason}; the message was {json}");
                failure(ErrorClass::Assertion, text)
            })?;
        Ok(Cow::Owned(request.with_body(body)))
    }

    /// The answer as one of HTTP that went well: metadata from before and after the message together, and the message
    /// as JSON where somebody looks into it.
    pub(in crate::journey) fn read(
        &self,
        answer: Answer,
        looks_into_body: bool,
    ) -> Result<Answer, StepFailure> {
        let ended = ended(&answer)?;
        self.expects(&ended)?;
        let body = if ended.status == GrpcStatus::OK {
            let message = answer::message(&self.types()?.output, &answer.body)?;
            if looks_into_body { answer::as_json(&message)? } else { Bytes::new() }
        } else if looks_into_body {
            let text = format!("there is no message to look into: the call ended {ended}");
            return Err(failure(ErrorClass::Assertion, text));
        } else {
            Bytes::new()
        };
        let headers = match answer.trailers {
            Some(trailers) => answer.headers.with(*trailers),
            None => answer.headers,
        };
        Ok(Answer { status: StatusCode::OK, headers, trailers: None, body, length: answer.length })
    }

    fn expects(&self, ended: &Ended) -> Result<(), StepFailure> {
        let wanted = if self.wanted.is_empty() { &[GrpcStatus::OK][..] } else { &self.wanted };
        if wanted.contains(&ended.status) {
            return Ok(());
        }
        // The server gave up first; a moment later we would have done so ourselves.
        let late = ended.status == GrpcStatus::DEADLINE_EXCEEDED;
        let class = if late { ErrorClass::Timeout } else { ErrorClass::Status };
        let wanted = wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        let mismatch = Mismatch { class, text: format!("expected {wanted}, got {ended}"), differs: None };
        Err(mismatch.differing(self.wanted_at, wanted, &ended.to_string()).into())
    }

    fn types(&self) -> Result<&Bound, StepFailure> {
        self.bound.get().ok_or_else(|| {
            failure(ErrorClass::Generator, format!("the types of {} were never asked for", self.method()))
        })
    }
}
/// A message as JSON, which is never a file: no call has `body_file`.
fn written(json: &Content) -> &[u8] {
    json.in_memory().map_or(&[], |json| json)
}
