//! Taints and tolerations.

use serde_json::Value;

/// The taints of a node that have one of `effects` and that the Pod does not tolerate.
pub(super) fn untolerated<'a>(pod: &Value, node: &'a Value, effects: &[&str]) -> Vec<&'a Value> {
    let taints = node["spec"]["taints"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wanted =
        taints.iter().filter(|taint| taint["effect"].as_str().is_some_and(|one| effects.contains(&one)));
    wanted.filter(|taint| !tolerations(pod).iter().any(|one| tolerates(one, taint))).collect()
}

/// How long the Pod may stay on a node with the `NoExecute` taints that it tolerates, in seconds; `None` for ever.
pub(super) fn patience(pod: &Value, node: &Value) -> Option<i64> {
    let taints = node["spec"]["taints"].as_array().map(Vec::as_slice).unwrap_or_default();
    let tolerated = taints.iter().filter(|taint| taint["effect"] == "NoExecute");
    let times = tolerated.filter_map(|taint| {
        let seconds = |one: &Value| one["tolerationSeconds"].as_i64();
        tolerations(pod).iter().filter(|one| tolerates(one, taint)).filter_map(seconds).min()
    });
    times.min().map(|seconds| seconds.max(0))
}

fn tolerations(pod: &Value) -> &[Value] {
    pod["spec"]["tolerations"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let effect = text(toleration, "effect");
    let key = text(toleration, "key");
    let same_effect = effect.is_empty() || effect == text(taint, "effect");
    let exists = text(toleration, "operator") == "Exists";
    let same_key = if key.is_empty() { exists } else { key == text(taint, "key") };
    same_effect && same_key && (exists || text(toleration, "value") == text(taint, "value"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_toleration_meets_a_taint_by_key_value_and_effect() {
        let node = json!({"spec": {"taints": [{"key": "gpu", "value": "a", "effect": "NoSchedule"}]}});
        for (toleration, tolerated) in [
            (json!({"key": "gpu", "operator": "Equal", "value": "a", "effect": "NoSchedule"}), true),
            (json!({"key": "gpu", "value": "a"}), true),
            (json!({"key": "gpu", "value": "b"}), false),
            (json!({"key": "gpu", "operator": "Exists"}), true),
            (json!({"operator": "Exists"}), true),
            (json!({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}), false),
        ] {
            let pod = json!({"spec": {"tolerations": [toleration]}});
            assert_eq!(untolerated(&pod, &node, &["NoSchedule"]).is_empty(), tolerated, "{pod}");
        }
    }
}
