//! What the cluster says of an Ingress: its class, its rule, the Service behind it, its certificate.

use super::Ingress;
use super::route::{covers, route};
use crate::check::kubernetes::{Backend, Kubectl, reach, read, refused};
use crate::check::{CheckContext, Found};
use crate::cluster::Cluster;
use k8s_openapi::api::core::v1::{Secret, Service, ServicePort};
use k8s_openapi::api::networking::v1::{Ingress as Object, IngressServiceBackend, IngressSpec};

/// An Ingress that leads where it should.
#[derive(Debug)]
pub(super) struct Leads {
    pub(super) object: Object,
    pub(super) backend: Backend,
    /// Whether it ends TLS for the host that is asked.
    pub(super) has_tls: bool,
    /// The command that shows it.
    pub(super) command: String,
}

/// Looks at it. Errors: the finding of what is not as it should be.
pub(super) async fn look(spec: &Ingress, cx: &CheckContext) -> Result<Leads, Found> {
    let cluster = reach(cx).await?;
    let name = &spec.name.value;
    let object: Object = read(cluster, name).await.map_err(|found| found.at(spec.name.mark))?;
    let command = Kubectl::of(cluster).with(&format!("describe ingress {name}"));
    let rules = object.spec.clone().unwrap_or_default();
    let service = reaches_service(spec, &rules).map_err(|found| found.reproduce(&command))?;
    let wanted = &spec.service.value;
    let backend = Backend::read(cluster, wanted).await.map_err(|found| found.at(spec.service.mark))?;
    has_port(&backend.service, &service)
        .map_err(|why| Found::fail(format!("Ingress {name}: {why}")).reproduce(&command))?;
    if backend.ready == 0 {
        return Err(Found::fail(format!("Ingress {name} leads to {wanted}, which has no ready endpoint"))
            .at(spec.service.mark)
            .expected("at least 1 ready endpoint", "none")
            .reproduce(command)
            .evidence(backend.why(cluster).await));
    }
    let all = rules.tls.iter().flatten();
    let tls = all.into_iter().find(|tls| covers(tls, spec.host()));
    if let Some(secret) = tls.and_then(|tls| tls.secret_name.as_deref()) {
        has_secret(cluster, spec, secret).await?;
    }
    Ok(Leads { object, backend, has_tls: tls.is_some(), command })
}

/// The backend, which is the Service that is meant.
fn reaches_service(spec: &Ingress, rules: &IngressSpec) -> Result<IngressServiceBackend, Found> {
    let name = &spec.name.value;
    if let Some(class) = &spec.class {
        let actual = rules.ingress_class_name.as_deref();
        if actual != Some(class.value.as_str()) {
            let actual = actual.unwrap_or("none");
            let why = format!("Ingress {name} should be of class {}, but is of {actual}", class.value);
            return Err(Found::fail(why).at(class.mark).expected(&class.value, actual));
        }
    }
    let (asked, wanted) = (spec.asked(), &spec.service.value);
    let Some(backend) = route(rules, spec.host(), spec.path()) else {
        let mark = spec.path.as_ref().or(spec.host.as_ref()).map_or(spec.name.mark, |part| part.mark);
        return Err(Found::fail(format!("Ingress {name} has no rule for {asked}, and no default backend"))
            .at(mark)
            .expected(wanted, "no backend"));
    };
    match &backend.service {
        Some(service) if service.name == *wanted => Ok(service.clone()),
        other => {
            let actual = other.as_ref().map_or("another resource", |service| &service.name);
            Err(Found::fail(format!("Ingress {name} sends {asked} to {actual}, not to {wanted}"))
                .at(spec.service.mark)
                .expected(wanted, actual))
        }
    }
}

/// The Service has the port that the Ingress names. Errors: it has not, in words.
fn has_port(service: &Service, backend: &IngressServiceBackend) -> Result<(), String> {
    let Some(port) = &backend.port else { return Ok(()) };
    let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let fits = |one: &ServicePort| match (&port.name, port.number) {
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

/// The Secret of the certificate is there. What is in it is not read, and whoever may not look is not held up: the request
/// that follows tells whether there is a certificate.
async fn has_secret(cluster: &Cluster, spec: &Ingress, secret: &str) -> Result<(), Found> {
    let secrets = cluster.api::<Secret>();
    match cluster.call(&format!("look for Secret {secret}"), secrets.get_metadata_opt(secret)).await {
        Ok(Some(_)) => Ok(()),
        Err(error) if error.code() == Some(403) => Ok(()),
        Err(error) => Err(refused(&error)),
        Ok(None) => Err(Found::fail(format!(
            "Ingress {} takes its certificate for {} from Secret {secret}, which is not there",
            spec.name.value,
            if spec.host().is_empty() { "all hosts" } else { spec.host() }
        ))
        .at(spec.name.mark)
        .expected(format!("Secret {secret}"), "nothing of that name")
        .reproduce(Kubectl::of(cluster).with(&format!("get secret {secret}")))),
    }
}
