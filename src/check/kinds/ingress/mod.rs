//! `ingress`: a path leads to the Service that is meant. `object` looks at what the cluster says, `asked` sends a request.

mod asked;
mod object;
mod route;
mod via;
mod whose;

use crate::check::dial::pem;
use crate::check::kubernetes::{Backend, named, unanswered};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{Right, rights};
use crate::journey::{CompileContext, Expect, Pairs, Scope, Step, StepSpec, WrittenStep};
use crate::source::{Located, Problem};
use crate::transport::{HttpVersion, Target, TlsOptions};
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Instant;
use tokio::time::timeout;
use via::Via;

/// An Ingress sends a path to a Service that can answer, and a request that is sent there is answered.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ingress {
    /// The Ingress.
    pub name: Located<String>,
    /// The host name that is asked; one that no rule names when left out.
    pub host: Option<Located<String>>,
    /// The path that is asked; `/` when left out.
    pub path: Option<Located<String>>,
    /// The Service that it has to reach.
    pub service: Located<String>,
    /// The class that it has to have.
    pub class: Option<Located<String>>,
    /// Where the request is sent: `127.0.0.1:8080`, `https://lb.example`; `off` sends none. The Ingress's own address when
    /// left out.
    pub via: Option<Located<String>>,
    /// What the answer must be; a status below 400 when left out.
    pub expect: Option<Expect>,
    /// A file of certificate authorities to trust instead of the system's, in PEM.
    pub ca: Option<Located<String>>,
}

/// An `ingress` that can be asked.
#[derive(Debug)]
struct Compiled {
    spec: Ingress,
    via: Via,
    tls: TlsOptions,
    step: Step,
}

impl CheckKind for Ingress {
    fn compile(
        spec: &Located<Ingress>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let Ingress { name, service, host, path, via, expect, ca, .. } = &spec.value;
        named(name, problems);
        named(service, problems);
        if let Some(path) = path.as_ref().filter(|path| !path.value.starts_with('/')) {
            let help = format!("write `/{}`", path.value);
            problems.push(Problem::at(path.mark, "a path begins with a slash").help(help));
            return None;
        }
        let parsed = Via::parse(via.as_ref(), problems)?;
        if parsed == Via::Off && expect.is_some() {
            let mark = via.as_ref().map_or(spec.mark, |via| via.mark);
            problems.push(
                Problem::at(
                    mark,
                    "with `via: off` no request is sent, so nothing can be expected of its answer",
                )
                .help("leave `expect` out, or write where the request goes"),
            );
        }
        let tls = match pem(ca.as_ref(), cx) {
            Ok(ca) => TlsOptions { ca, ..TlsOptions::default() },
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        // What is sent is known now; where it goes, often only when it is asked.
        let asked = host.as_ref().map_or("ingress.invalid", |host| host.value.as_str());
        let target = Target::new(&format!("https://{asked}"), HttpVersion::Http1, &tls, cx.timeout.get());
        let target = match target {
            Ok(target) => target,
            Err(error) => {
                let mark = host.as_ref().or(ca.as_ref()).map_or(spec.mark, |text| text.mark);
                problems.push(Problem::at(mark, error.to_string()));
                return None;
            }
        };
        let cx = CompileContext { headers: &Pairs::default(), target: Some(&target), ..*cx };
        let get = path.clone().unwrap_or_else(|| Located { value: "/".to_owned(), mark: spec.mark });
        let step = StepSpec { get: Some(get), expect: expect.clone(), ..StepSpec::default() };
        let written = WrittenStep { spec: &step, mark: spec.mark, journey: "" };
        let step = written.compile_exchange(&mut Scope::new(cx.vars, &[]), &cx, problems)?;
        let spec = spec.value.clone();
        Some(Compiled { spec, via: parsed, tls, step })
    }
}

impl Check for Compiled {
    fn describe(&self) -> String {
        format!("ingress {} to {}", self.spec.asked(), self.spec.service.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move { self.ask(cx).await.unwrap_or_else(|found| found) })
    }

    /// Without Secrets: the name of the one that is meant stands in the Ingress, and a role for all would tell too much.
    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "networking.k8s.io", "ingresses", &["get"]);
        all.extend(Backend::rights(namespace));
        all
    }
}

impl Compiled {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let begun = Instant::now();
        let Ok(leads) = timeout(cx.limit, object::look(&self.spec, cx)).await else {
            return Err(unanswered(cx).await.phase("cluster", begun.elapsed()));
        };
        let looked = begun.elapsed();
        let timed = |found: Found| found.phase("cluster", looked);
        let leads = leads.map_err(timed)?;
        let ready = leads.backend.ready;
        let words =
            format!("{} leads to {}, {ready} endpoints ready", self.spec.asked(), self.spec.service.value);
        let Some(way) = self.via.way(&self.spec, &leads).map_err(timed)? else {
            return Ok(timed(Found::pass(format!("{words}; no request was sent"))));
        };
        let limit = cx.limit.saturating_sub(looked);
        let (found, phases) = asked::ask(self, &leads, &way, &words, limit).await.map_err(timed)?;
        Ok(phases.into_iter().fold(timed(found), |found, (part, took)| found.phase(part, took)))
    }
}

impl Ingress {
    fn host(&self) -> &str {
        self.host.as_ref().map_or("", |host| &host.value)
    }

    fn path(&self) -> &str {
        self.path.as_ref().map_or("/", |path| &path.value)
    }

    /// Host and path.
    fn asked(&self) -> String {
        format!("{}{}", self.host(), self.path())
    }
}
