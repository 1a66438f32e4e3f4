//! The environment of a container.

use crate::node::context::Context;
use crate::node::expand::expand;
use crate::node::mount::{named, relocate};
use crate::object;
use crate::resource::by_kind;
use crate::selector::Selector;
use serde_json::Value;

/// Where programs are found unless the manifest says otherwise, as in most images.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An ordered environment; a later value takes the place of an earlier one.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment(pub(super) Vec<(String, String)>);

impl Environment {
    pub(super) fn set(&mut self, name: &str, value: String) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the playground itself sets: `POD_IP`, the folders of the volumes, the Services.
pub(super) fn base(context: &Context) -> Environment {
    let mut env = Environment::default();
    env.set("PATH", PATH.to_owned());
    env.set("HOME", context.folder.display().to_string());
    env.set("HOSTNAME", object::name(&context.pod).to_owned());
    env.set("POD_IP", context.lease.address().to_string());
    for (name, folder) in context.volumes() {
        env.set(&format!("PLAYGROUND_VOLUME_{}", upper(name)), folder.display().to_string());
    }
    api_server(context, &mut env);
    if context.pod["spec"]["enableServiceLinks"] != false {
        services(context, &mut env);
    }
    env
}

/// What the manifest sets: `envFrom`, then `env`, with the `mounts` applied to all but secrets. Errors in the words
/// of `CreateContainerConfigError`.
pub(super) fn apply(
    context: &Context,
    container: &Value,
    mounts: &[(String, String)],
    env: &mut Environment,
) -> Result<(), String> {
    for source in container["envFrom"].as_array().into_iter().flatten() {
        let prefix = object::text(source, "/prefix");
        for (key, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(wanted) = source.get(key) else { continue };
            match named(context, kind, object::text(wanted, "/name")) {
                Err(_) if wanted["optional"] == true => {}
                found => {
                    for (name, value) in found? {
                        env.set(&format!("{prefix}{name}"), entry(kind, &value, mounts));
                    }
                }
            }
        }
    }
    for entry in container["env"].as_array().into_iter().flatten() {
        let value = match entry.get("valueFrom").filter(|from| !from.is_null()) {
            Some(from) => from_reference(context, from, mounts)?,
            None => {
                let text = expand(object::text(entry, "/value"), |name| env.get(name));
                Some(relocate(&text, mounts))
            }
        };
        if let Some(value) = value {
            env.set(object::text(entry, "/name"), value);
        }
    }
    Ok(())
}

/// A value from a map; only those of a `ConfigMap` are paths.
fn entry(kind: &str, value: &[u8], mounts: &[(String, String)]) -> String {
    let text = String::from_utf8_lossy(value);
    if kind == "ConfigMap" { relocate(&text, mounts) } else { text.into_owned() }
}

fn from_reference(
    context: &Context,
    from: &Value,
    mounts: &[(String, String)],
) -> Result<Option<String>, String> {
    if let Some(wanted) = from.get("fieldRef") {
        return field(context, object::text(wanted, "/fieldPath")).map(Some);
    }
    for (source, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
        let Some(wanted) = from.get(source) else { continue };
        let (name, key) = (object::text(wanted, "/name"), object::text(wanted, "/key"));
        let found = named(context, kind, name).and_then(|mut entries| {
            let missing =
                || format!("couldn't find key {key} in {kind} {}/{name}", object::namespace(&context.pod));
            entries.remove(key).ok_or_else(missing)
        });
        return match found {
            Err(_) if wanted["optional"] == true => Ok(None),
            other => other.map(|value| Some(entry(kind, &value, mounts))),
        };
    }
    Err(format!(
        "the playground does not know this valueFrom: {from}; use fieldRef, configMapKeyRef or secretKeyRef"
    ))
}

/// The value of a field of the Pod, by the paths of the downward API.
pub(super) fn field(context: &Context, path: &str) -> Result<String, String> {
    let pod = &context.pod;
    let entry = |map: &str| path.strip_prefix(map)?.strip_prefix("['")?.strip_suffix("']");
    if let Some(key) = entry("metadata.labels") {
        return Ok(object::label(pod, key).unwrap_or_default().to_owned());
    }
    if let Some(key) = entry("metadata.annotations") {
        return Ok(pod["metadata"]["annotations"][key].as_str().unwrap_or_default().to_owned());
    }
    let lines = |map: &Value| {
        let entries = map.as_object().into_iter().flatten();
        entries.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
    };
    Ok(match path {
        "metadata.name" => object::name(pod).to_owned(),
        "metadata.namespace" => object::namespace(pod).to_owned(),
        "metadata.uid" => object::uid(pod).to_owned(),
        "metadata.labels" => lines(&pod["metadata"]["labels"]),
        "metadata.annotations" => lines(&pod["metadata"]["annotations"]),
        "spec.nodeName" | "spec.serviceAccountName" => {
            object::text(pod, &format!("/{}", path.replace('.', "/"))).to_owned()
        }
        "status.podIP" | "status.podIPs" => context.lease.address().to_string(),
        "status.hostIP" | "status.hostIPs" => context.host.clone(),
        _ => return Err(format!("the playground does not know the field {path} of a Pod")),
    })
}

/// The variables for the API server, which every Pod gets, wherever it is.
fn api_server(context: &Context, env: &mut Environment) {
    let found =
        by_kind("v1", "Service").and_then(|kind| context.cluster.get(kind, "default", "kubernetes").ok());
    if let Some(found) = found {
        service(&found, env);
    }
}

/// The variables for the Services of the Pod's namespace that were there before it.
fn services(context: &Context, env: &mut Environment) {
    let Some(kind) = by_kind("v1", "Service") else { return };
    for one in context.cluster.list(kind, Some(object::namespace(&context.pod)), &Selector::default()) {
        service(&one, env);
    }
}

fn service(service: &Value, env: &mut Environment) {
    let address = object::text(service, "/spec/clusterIP");
    if address.is_empty() || address == "None" {
        return;
    }
    let name = upper(object::name(service));
    env.set(&format!("{name}_SERVICE_HOST"), address.to_owned());
    for (index, port) in service["spec"]["ports"].as_array().into_iter().flatten().enumerate() {
        let number = port["port"].to_string();
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let url = format!("{}://{address}:{number}", protocol.to_lowercase());
        if index == 0 {
            env.set(&format!("{name}_SERVICE_PORT"), number.clone());
            env.set(&format!("{name}_PORT"), url.clone());
        }
        if let Some(port_name) = port["name"].as_str().filter(|name| !name.is_empty()) {
            env.set(&format!("{name}_SERVICE_PORT_{}", upper(port_name)), number.clone());
        }
        let long = format!("{name}_PORT_{number}_{protocol}");
        env.set(&format!("{long}_PROTO"), protocol.to_lowercase());
        env.set(&format!("{long}_PORT"), number);
        env.set(&format!("{long}_ADDR"), address.to_owned());
        env.set(&long, url);
    }
}

fn upper(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
