//! `endpoints`: enough can answer behind a Service.

use crate::check::count::more_than_none;
use crate::check::kubernetes::{Backend, Kubectl, in_time, named, reach};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::Right;
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

/// A Service has ready endpoints.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// The Service.
    pub service: Located<String>,
    /// How many of its endpoints have to be ready, at least; 1 when left out.
    pub ready: Option<Located<u32>>,
}

impl CheckKind for Endpoints {
    fn compile(
        spec: &Located<Endpoints>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        named(&spec.value.service, problems);
        more_than_none(spec.value.ready.as_ref(), problems);
        Some(spec.value.clone())
    }
}

impl Check for Endpoints {
    fn describe(&self) -> String {
        format!("endpoints of {}", self.service.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(in_time(cx, self.ask(cx)))
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        Backend::rights(namespace)
    }
}

impl Endpoints {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let name = &self.service.value;
        let backend = Backend::read(cluster, name).await.map_err(|found| found.at(self.service.mark))?;
        let (wanted, mark) =
            self.ready.as_ref().map_or((1, self.service.mark), |ready| (ready.value, ready.mark));
        let Backend { ready, all, .. } = backend;
        if ready >= wanted as usize {
            return Ok(Found::pass(format!("{ready} of {all} endpoints ready")));
        }
        let command = format!("get endpointslices -l kubernetes.io/service-name={name}");
        Err(Found::fail(format!(
            "Service {name} should have at least {wanted} ready {}, but has {ready}",
            if wanted == 1 { "endpoint" } else { "endpoints" }
        ))
        .at(mark)
        .expected(format!("at least {wanted} ready"), format!("{ready} ready of {all}"))
        .reproduce(Kubectl::of(cluster).with(&command))
        .evidence(backend.why(cluster).await))
    }
}
