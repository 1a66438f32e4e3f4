//! `http`: one request and what its answer must be, in the words of a journey's step.

use super::context::{CheckContext, Found};
use crate::journey::{CompileContext, Cookies, Scope, Sender, Step, StepSpec, Values, compile_step};
use crate::sample::ErrorClass;
use crate::source::{Located, Problem};
use crate::transport::{Answer, Client, Failure, Keep, Request};
use std::time::{Duration, Instant};

/// One request to the target.
#[derive(Debug)]
pub(super) struct HttpCheck {
    step: Step,
}

impl HttpCheck {
    pub(super) fn compile(
        spec: &Located<StepSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<HttpCheck> {
        let mut scope = Scope::new(cx.vars, &[]);
        let step = compile_step(spec, spec.mark, "", &mut scope, cx, problems)?;
        Some(HttpCheck { step })
    }

    /// What it does, in a few words: its name when it has none.
    pub(super) fn describe(&self) -> String {
        self.step.endpoint.clone()
    }

    pub(super) async fn probe(&self, cx: &CheckContext) -> Found {
        let mut values = Values::new(0, cx.seed, &[], usize::from(u8::MAX));
        let mut sender = Asking { client: &cx.client, timeout: self.step.timeout, status: None };
        let begun = Instant::now();
        let performed = self.step.perform(&mut values, &mut Cookies::default(), &mut sender).await;
        match performed {
            Ok(()) => {
                let status = sender.status.map_or_else(String::new, |status| format!("{status} "));
                Found::pass(format!("{status}in {:.1} ms", begun.elapsed().as_secs_f64() * 1_000.0))
            }
            Err(failure) if sender.status.is_none() && is_silence(failure.class) => {
                Found::unreachable(failure.text)
            }
            Err(failure) => Found::fail(failure.text),
        }
    }
}

/// Whether a failure means that nobody is there, rather than that somebody answers badly.
fn is_silence(class: ErrorClass) -> bool {
    matches!(class, ErrorClass::Refused | ErrorClass::Dns | ErrorClass::Tls | ErrorClass::Timeout)
}

struct Asking<'a> {
    client: &'a Client,
    timeout: Duration,
    status: Option<http::StatusCode>,
}

impl Sender for Asking<'_> {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        let answer = self.client.send(request, keep, longest_body, self.timeout).await?;
        self.status = Some(answer.status);
        Ok(answer)
    }
}
