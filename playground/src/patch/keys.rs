//! How strategic merge patches treat the lists of the built-in kinds.
//!
//! From the `patchStrategy` and `patchMergeKey` tags of k8s.io/api, without the kinds that the playground
//! does not serve. A list that is not here is replaced whole.

use serde_json::Value;

/// What happens to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRule {
    /// The patch's list takes its place.
    Replace,
    /// Elements are maps; those with the same value under the key are merged, others are added.
    MergeBy(&'static str),
    /// Elements are plain values; those of the patch are added unless they are there.
    Union,
}

/// The rule for the list called `field`, whose elements (in the patch or in the object) look like `sample`.
pub fn list_rule(field: &str, sample: Option<&Value>) -> ListRule {
    let has = |key: &str| sample.is_some_and(|element| element.get(key).is_some());
    match field {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "env"
        | "volumes"
        | "imagePullSecrets"
        | "secrets"
        | "resourceClaims" => ListRule::MergeBy("name"),
        "ports" if has("containerPort") => ListRule::MergeBy("containerPort"),
        "ports" if has("port") => ListRule::MergeBy("port"),
        "volumeMounts" => ListRule::MergeBy("mountPath"),
        "volumeDevices" => ListRule::MergeBy("devicePath"),
        "conditions" | "addresses" if has("type") => ListRule::MergeBy("type"),
        "ownerReferences" => ListRule::MergeBy("uid"),
        "hostAliases" | "podIPs" | "hostIPs" => ListRule::MergeBy("ip"),
        "topologySpreadConstraints" => ListRule::MergeBy("topologyKey"),
        "finalizers" => ListRule::Union,
        _ => ListRule::Replace,
    }
}

/// Whether a patch of the field called `field`, or of an element of that list, tells which keys may stay
/// (`$retainKeys`): one of several forms takes the place of another.
pub fn retains_keys(field: &str) -> bool {
    matches!(field, "strategy" | "volumes")
}
