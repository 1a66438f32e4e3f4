//! One compiled step: renders its request, sends it by whatever sender there is, judges the answer.

use super::cookies::Cookies;
use super::extract::Extract;
use super::grpc::Call;
use super::judge::{Differs, Expectation, Mismatch};
use super::origin::Origin;
use super::redirect;
use super::talk::Talk;
use super::template::Template;
use super::{Think, Values};
use crate::sample::ErrorClass;
use crate::transport::{Answer, Content, Failure, Keep, Request};
use http::header::COOKIE;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::borrow::Cow;
use std::time::Duration;

/// One request of a journey and what is expected of its answer, ready to run.
#[derive(Debug)]
pub struct Step {
    /// The endpoint's name, `journey/step`.
    pub endpoint: String,
    /// How long the whole answer may take, redirects included.
    pub timeout: Duration,
    /// The pause after it.
    pub think: Option<Think>,
    pub(super) request: RequestForm,
    pub(super) talk: Talk,
    pub(super) expect: Expectation,
    pub(super) extracts: Vec<Extract>,
    pub(super) redirects: u8,
    /// Whom it asks.
    pub(super) origin: Origin,
    pub(super) longest_body: u64,
}

/// A request, built once or rendered for each arrival.
#[derive(Debug)]
pub(super) enum RequestForm {
    /// No value of the run is in it.
    Fixed(Box<Request>),
    /// Rendered each time.
    Rendered(Box<Rendered>),
    /// A call of gRPC.
    Call(Box<Call>),
}

/// The templates of a request.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) method: Method,
    pub(super) path: Template,
    /// Headers without values of the run.
    pub(super) fixed_headers: HeaderMap,
    pub(super) headers: Vec<(HeaderName, Template)>,
    pub(super) body: Body,
}

/// A body, built once or rendered for each arrival.
#[derive(Debug)]
pub(super) enum Body {
    Fixed(Content),
    Rendered(Template),
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct StepFailure {
    /// Which class of failure.
    pub class: ErrorClass,
    /// Expected and actual, or what went wrong.
    pub text: String,
    /// What was expected and what came, in full, where an expectation did not hold.
    pub differs: Option<Box<Differs>>,
}

impl From<Failure> for StepFailure {
    fn from(failure: Failure) -> Self {
        StepFailure { class: failure.class, text: failure.text, differs: None }
    }
}

impl From<Mismatch> for StepFailure {
    fn from(mismatch: Mismatch) -> Self {
        StepFailure { class: mismatch.class, text: mismatch.text, differs: mismatch.differs }
    }
}

/// Sends one request and brings its answer: a connection under load, or a client for checks.
pub trait Sender {
    /// Sends `request`; a body longer than `longest_body` bytes is a failure.
    fn send(
        &mut self,
        request: &Request,
        keep: Keep,
        longest_body: u64,
    ) -> impl Future<Output = Result<Answer, Failure>>;
}

impl Step {
    /// Whether one answer can make it send another request.
    pub fn follows_redirects(&self) -> bool {
        self.redirects > 0
    }

    /// Sends the step's request and judges the answer, following redirects where the step asks for it; captures
    /// what it captures.
    ///
    /// # Errors
    /// Anything but the expected answer, with its class.
    pub async fn perform(
        &self,
        values: &mut Values<'_>,
        cookies: &mut Cookies,
        sender: &mut impl Sender,
    ) -> Result<(), StepFailure> {
        let mut request = self.render(values)?;
        let mut followed = 0;
        let answer = loop {
            let written = (!cookies.is_empty()).then(|| cookies.apply(request.to_mut(), &self.origin));
            let answer = sender.send(&request, self.keep(), self.longest_body).await?;
            cookies.remember(&request, &answer.headers, &self.origin);
            match redirect::follow(self, &request, &answer, followed)? {
                Some(mut next) => {
                    // Those that belong to the next path are added anew.
                    match written {
                        Some(Some(written)) => drop(next.headers.insert(COOKIE, written)),
                        Some(None) => drop(next.headers.remove(COOKIE)),
                        None => {}
                    }
                    request = Cow::Owned(next);
                }
                None => break answer,
            }
            followed += 1;
        };
        let answer = match self.call() {
            Some(call) => call.read(answer, self.looks_into_body())?,
            None => answer,
        };
        self.expect.judge(&answer, values)?;
        self.extracts.iter().try_for_each(|extract| extract.take(&answer, values))?;
        Ok(())
    }

    /// The request of this arrival.
    ///
    /// # Errors
    /// A captured value that no path or header can hold.
    pub fn render(&self, values: &mut Values<'_>) -> Result<Cow<'_, Request>, StepFailure> {
        match &self.request {
            RequestForm::Fixed(request) => Ok(Cow::Borrowed(request)),
            RequestForm::Rendered(rendered) => rendered.render(values).map(Cow::Owned),
            RequestForm::Call(call) => call.render(values),
        }
    }

    /// The call of gRPC that it makes, if it is one.
    pub fn call(&self) -> Option<&Call> {
        match &self.request {
            RequestForm::Call(call) => Some(call),
            RequestForm::Fixed(_) | RequestForm::Rendered(_) => None,
        }
    }

    fn looks_into_body(&self) -> bool {
        self.expect.looks_into_body() || self.extracts.iter().any(Extract::looks_into_body)
    }

    /// The answer of a call is no answer before its message was read.
    fn keep(&self) -> Keep {
        if self.looks_into_body() || self.call().is_some() { Keep::Body } else { Keep::Length }
    }
}

impl Rendered {
    pub(super) fn render(&self, values: &mut Values<'_>) -> Result<Request, StepFailure> {
        let unfit = |what: &str, text: &str| StepFailure {
            class: ErrorClass::Assertion,
            text: format!(
                "a value of the run does not fit into {what}: {}",
                super::judge::excerpt(text.as_bytes())
            ),
            differs: None,
        };
        let mut text = String::new();
        self.path.render(values, &mut text);
        let path = PathAndQuery::try_from(text.as_str()).map_err(|_| unfit("the path", &text))?;
        let mut headers = self.fixed_headers.clone();
        for (name, template) in &self.headers {
            text.clear();
            template.render(values, &mut text);
            headers.append(
                name,
                HeaderValue::from_str(&text).map_err(|_| unfit(&format!("the header {name}"), &text))?,
            );
        }
        let body = match &self.body {
            Body::Fixed(body) => body.clone(),
            Body::Rendered(template) => {
                let mut body = String::new();
                template.render(values, &mut body);
                body.into()
            }
        };
        Ok(Request::new(self.method.clone(), path, headers, body))
    }

    /// The request, when no value of the run is in it.
    pub(super) fn fixed(&self) -> Option<Request> {
        let path = self.path.fixed().and_then(|path| PathAndQuery::try_from(path).ok())?;
        match &self.body {
            Body::Fixed(body) if self.headers.is_empty() => {
                Some(Request::new(self.method.clone(), path, self.fixed_headers.clone(), body.clone()))
            }
            _ => None,
        }
    }

    /// Built once, when no value of the run is in it.
    pub(super) fn into_form(self) -> RequestForm {
        match self.fixed() {
            Some(request) => RequestForm::Fixed(Box::new(request.prepared())),
            None => RequestForm::Rendered(Box::new(self)),
        }
    }
}
