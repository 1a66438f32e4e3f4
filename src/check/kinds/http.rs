//! `http`: one request and what its answer must be, in the words of a journey's step.

use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::journey::{CompileContext, Cookies, Scope, Sender, Step, StepSpec, Values, compile_step};
use crate::sample::ErrorClass;
use crate::source::{Located, Problem};
use crate::transport::{Answer, Client, Failure, Keep, Request};
use std::time::{Duration, Instant};

/// A request to the target, in the words of a journey's step.
pub type Http = StepSpec;

/// One request to the target.
#[derive(Debug)]
struct HttpCheck {
    step: Step,
}

impl CheckKind for Http {
    fn compile(
        spec: &Located<StepSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Box<dyn Check>> {
        let mut scope = Scope::new(cx.vars, &[]);
        let step = compile_step(spec, spec.mark, "", &mut scope, cx, problems)?;
        Some(Box::new(HttpCheck { step }))
    }
}

impl Check for HttpCheck {
    fn describe(&self) -> String {
        self.step.endpoint.clone()
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }
}

impl HttpCheck {
    async fn ask(&self, cx: &CheckContext) -> Found {
        let mut values = Values::new(0, cx.seed, &[], usize::from(u8::MAX));
        let client = match cx.client() {
            Ok(client) => client,
            Err(found) => return found,
        };
        let mut sender = Asking { client, timeout: self.step.timeout, status: None };
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
