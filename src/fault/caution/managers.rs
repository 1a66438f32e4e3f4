//! Who else writes an object, and will put it back.

use serde_json::Value;

/// The beginnings of the names under which programs that apply Git repositories write.
const APPLIERS: [&str; 6] =
    ["argocd", "kustomize-controller", "helm-controller", "flux", "configsync", "fleetagent"];

/// The controller that an object belongs to and the programs that apply it again and again: they may take a change
/// back while it is meant to last.
pub fn managers(object: &Value) -> Vec<String> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let title = format!("{}/{}", text(object, "kind"), text(&object["metadata"], "name"));
    let list = |key: &str| object["metadata"][key].as_array().cloned().unwrap_or_default();
    let owners = list("ownerReferences").into_iter().filter(|owner| owner["controller"] == true);
    let mut warnings: Vec<String> = owners
        .map(|owner| {
            let owner = format!("{}/{}", text(&owner, "kind"), text(&owner, "name"));
            format!(
                "{title} belongs to {owner}, whose operator may put it back while the fault lasts; pause it"
            )
        })
        .collect();
    let mut names: Vec<String> = list("managedFields").iter().map(|one| text(one, "manager")).collect();
    names.sort();
    names.dedup();
    let appliers = names.into_iter().filter(|name| APPLIERS.iter().any(|known| name.starts_with(known)));
    warnings.extend(appliers.map(|name| {
        format!("{title} is applied by {name}, which may put it back while the fault lasts; suspend its sync")
    }));
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operators_and_appliers_are_named_and_people_are_not() {
        let object = |metadata: Value| json!({"kind": "StatefulSet", "metadata": metadata});
        let owner = json!([{"kind": "Cluster", "name": "pg", "controller": true}]);
        let bystander = json!([{"kind": "ConfigMap", "name": "run"}]);
        let manager = |name: &str| json!([{"manager": name}, {"manager": name}]);
        for (metadata, expected) in [
            (json!({"name": "pg", "ownerReferences": owner}), Some("belongs to Cluster/pg")),
            (json!({"name": "pg", "ownerReferences": bystander}), None),
            (json!({"name": "pg", "managedFields": manager("argocd-controller")}), Some("argocd-controller")),
            (
                json!({"name": "pg", "managedFields": manager("kustomize-controller")}),
                Some("kustomize-controller"),
            ),
            (json!({"name": "pg", "managedFields": manager("kubectl-client-side-apply")}), None),
            (json!({"name": "pg"}), None),
        ] {
            let warnings = managers(&object(metadata));
            assert_eq!(warnings.len(), usize::from(expected.is_some()), "{warnings:?}");
            assert!(expected.is_none_or(|part| warnings[0].contains(part)), "{warnings:?}");
        }
    }
}
