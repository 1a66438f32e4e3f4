//! The `Scale` view of a workload.

use crate::object;
use crate::selector::LabelSelector;
use crate::status::{ApiError, Cause};
use serde_json::{Map, Value, json};

/// The `Scale` of a Deployment, ReplicaSet or StatefulSet. Zero wanted replicas are left out, as the real
/// server does.
pub fn scale_of(workload: &Value) -> Value {
    let mut metadata = Map::new();
    for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = workload["metadata"].get(key) {
            metadata.insert(key.to_owned(), value.clone());
        }
    }
    let wanted = workload["spec"]["replicas"].as_i64().unwrap_or(0);
    let spec = if wanted == 0 { json!({}) } else { json!({"replicas": wanted}) };
    let selector = LabelSelector::from_object(&workload["spec"]["selector"]).to_string();
    let replicas = workload["status"]["replicas"].as_i64().unwrap_or(0);
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec,
        "status": {"replicas": replicas, "selector": selector},
    })
}

/// Takes over the wanted replicas, and the version and uid if they are given, of a `Scale`.
pub fn apply_scale(workload: &mut Value, scale: &Value) -> Result<(), ApiError> {
    let wanted = scale["spec"]["replicas"].as_i64().unwrap_or(0);
    if wanted < 0 {
        let cause = Cause::invalid("spec.replicas", &json!(wanted), "must be greater than or equal to 0");
        return Err(ApiError::invalid("autoscaling", "Scale", object::name(workload), vec![cause]));
    }
    workload["spec"]["replicas"] = json!(wanted);
    for key in ["resourceVersion", "uid"] {
        if let Some(given) =
            scale["metadata"].get(key).filter(|given| given.as_str().is_some_and(|text| !text.is_empty()))
        {
            workload["metadata"][key] = given.clone();
        }
    }
    Ok(())
}
