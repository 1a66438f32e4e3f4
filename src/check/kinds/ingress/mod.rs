//! `ingress`: a path leads to the Service that is meant.

mod route;

use crate::check::kubernetes::{Backend, Kubectl, reach, read};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{Ingress as Object, IngressServiceBackend, IngressSpec};
use route::route;
use schemars::JsonSchema;
use serde::Deserialize;

/// An Ingress sends a path to a Service that can answer.
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
}

impl CheckKind for Ingress {
    fn compile(
        spec: &Located<Ingress>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Box<dyn Check>> {
        if let Some(path) = spec.value.path.as_ref().filter(|path| !path.value.starts_with('/')) {
            let help = format!("write `/{}`", path.value);
            problems.push(Problem::at(path.mark, "a path begins with a slash").help(help));
            return None;
        }
        Some(Box::new(spec.value.clone()))
    }
}

impl Check for Ingress {
    fn describe(&self) -> String {
        format!("ingress {} to {}", self.asked(), self.service.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move { self.ask(cx).await.unwrap_or_else(|found| found) })
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

    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let name = &self.name.value;
        let object: Object = read(cluster, name).await.map_err(|found| found.at(self.name.mark))?;
        let command = Kubectl::of(cluster).with(&format!("describe ingress {name}"));
        let spec = object.spec.unwrap_or_default();
        let service = self.reaches_service(&spec).map_err(|found| found.reproduce(&command))?;
        let wanted = &self.service.value;
        let backend = Backend::read(cluster, wanted).await.map_err(|found| found.at(self.service.mark))?;
        has_port(&backend.service, &service)
            .map_err(|why| Found::fail(format!("Ingress {name}: {why}")).reproduce(&command))?;
        if backend.ready == 0 {
            return Err(Found::fail(format!(
                "Ingress {name} leads to {wanted}, which has no ready endpoint"
            ))
            .at(self.service.mark)
            .expected("at least 1 ready endpoint", "none")
            .reproduce(command)
            .evidence(backend.why(cluster).await));
        }
        Ok(Found::pass(format!("{} leads to {wanted}, {} endpoints ready", self.asked(), backend.ready)))
    }

    /// The backend, which is the Service that is meant.
    fn reaches_service(&self, spec: &IngressSpec) -> Result<IngressServiceBackend, Found> {
        let name = &self.name.value;
        if let Some(class) = &self.class {
            let actual = spec.ingress_class_name.as_deref();
            if actual != Some(class.value.as_str()) {
                let actual = actual.unwrap_or("none");
                return Err(Found::fail(format!(
                    "Ingress {name} should be of class {}, but is of {actual}",
                    class.value
                ))
                .at(class.mark)
                .expected(&class.value, actual));
            }
        }
        let (asked, wanted) = (self.asked(), &self.service.value);
        let Some(backend) = route(spec, self.host(), self.path()) else {
            let mark = self.path.as_ref().or(self.host.as_ref()).map_or(self.name.mark, |part| part.mark);
            return Err(Found::fail(format!(
                "Ingress {name} has no rule for {asked}, and no default backend"
            ))
            .at(mark)
            .expected(wanted, "no backend"));
        };
        match &backend.service {
            Some(service) if service.name == *wanted => Ok(service.clone()),
            other => {
                let actual = other.as_ref().map_or("another resource", |service| &service.name);
                Err(Found::fail(format!("Ingress {name} sends {asked} to {actual}, not to {wanted}"))
                    .at(self.service.mark)
                    .expected(wanted, actual))
            }
        }
    }
}

/// The Service has the port that the Ingress names. Errors: it has not, in words.
fn has_port(service: &Service, backend: &IngressServiceBackend) -> Result<(), String> {
    let Some(port) = &backend.port else { return Ok(()) };
    let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let fits = |one: &k8s_openapi::api::core::v1::ServicePort| match (&port.name, port.number) {
        (Some(name), _) => one.name.as_ref() == Some(name),
        (None, number) => Some(one.port) == number,
    };
    if ports.clone().any(fits) {
        return Ok(());
    }
    let has: Vec<String> = ports.map(|one| one.port.to_string()).collect();
    let named = port.name.clone().or(port.number.map(|number| number.to_string())).unwrap_or_default();
    Err(format!("Service {} has no port {named}, only {}", backend.name, has.join(", ")))
}
