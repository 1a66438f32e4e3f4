//! `shakedown rbac SCENARIO`

use super::Failure;
use super::telling::print;
use super::yaml::block;
use crate::cluster::{Manifest, Right};
use crate::engine::faults::{FaultsPlan, guard_rights, needs};
use crate::run::Exit;
use crate::scenario::{GuardPlan, Scenario};
use crate::source::Environment;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The account that the runner uses.
const RUNNER: &str = "shakedown";

/// Whose role to print.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A scenario file with faults, or with checks of a cluster
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
}

/// Prints objects that `kubectl apply -f -` takes.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let scenario = Scenario::load(&args.scenario, &Environment::of_process())?;
    let objects = objects(&scenario);
    if objects.is_empty() {
        return Err(Failure::Usage(format!(
            "{} has no faults and no checks of a cluster, so it needs no rights in one",
            args.scenario.display()
        )));
    }
    let documents = objects.iter().map(|object| format!("---\n{}\n", block(object, 0).trim_start()));
    print(documents.collect::<String>())?;
    Ok(Exit::Pass)
}

/// The same objects, for a scenario with faults; none for another.
pub(super) fn manifests(scenario: &Scenario) -> Result<Vec<Manifest>, Failure> {
    let objects = if scenario.faults.is_empty() { Vec::new() } else { objects(scenario) };
    let texts: Vec<String> = objects.iter().map(Value::to_string).collect();
    Ok(Manifest::parse(Path::new("the roles of the demo"), &texts.join("\n---\n"))?)
}

/// The accounts with their roles: the runner's, and the guard's where there is one.
fn objects(scenario: &Scenario) -> Vec<Value> {
    let Some(kubernetes) = &scenario.kubernetes else { return Vec::new() };
    let namespace = kubernetes.namespace.as_str();
    let plan = FaultsPlan::of(scenario, 0);
    let mut own: Vec<Right> = plan.as_ref().map(needs).unwrap_or_default();
    own.extend(scenario.checks.iter().flat_map(|check| check.rights(namespace)));
    if own.is_empty() {
        return Vec::new();
    }
    let mut all = of_account(namespace, RUNNER, own);
    if let Some(plan) = &plan
        && let GuardPlan::Account(account) = &kubernetes.guard
    {
        let mut rights = guard_rights(namespace);
        rights.extend(plan.faults.iter().flat_map(|fault| fault.kind.rights(namespace)));
        all.extend(of_account(namespace, account, rights));
    }
    all
}

/// An account with a Role, and a `ClusterRole` only where something needs it.
fn of_account(namespace: &str, account: &str, rights: Vec<Right>) -> Vec<Value> {
    let (inside, outside): (Vec<Right>, Vec<Right>) =
        rights.into_iter().partition(|right| right.namespace.is_some());
    let own = json!({"name": account, "namespace": namespace});
    let whole = json!({"name": format!("{account}-{namespace}")});
    let subject = json!({"kind": "ServiceAccount", "name": account, "namespace": namespace});
    let mut all = vec![json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": own})];
    for (kind, meta, rights) in [("Role", own, inside), ("ClusterRole", whole, outside)] {
        if rights.is_empty() {
            continue;
        }
        let group = "rbac.authorization.k8s.io";
        let version = format!("{group}/v1");
        all.push(json!({"apiVersion": version, "kind": kind, "metadata": meta, "rules": rules(&rights)}));
        all.push(json!({"apiVersion": version, "kind": format!("{kind}Binding"), "metadata": meta,
            "roleRef": {"apiGroup": group, "kind": kind, "name": meta["name"]}, "subjects": [subject]}));
    }
    all
}

/// One rule a resource.
fn rules(rights: &[Right]) -> Vec<Value> {
    let mut verbs: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for right in rights {
        verbs.entry((&right.group, &right.resource)).or_default().insert(&right.verb);
    }
    let rule =
        |((group, resource), verbs)| json!({"apiGroups": [group], "resources": [resource], "verbs": verbs});
    verbs.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back_as_it_was_meant() {
        let right = |group: &str, resource: &str, verb: &'static str, namespace: Option<&str>| Right {
            group: group.to_owned(),
            resource: resource.to_owned(),
            verb: verb.into(),
            namespace: namespace.map(ToOwned::to_owned),
        };
        let rights = vec![
            right("", "pods", "list", Some("shop")),
            right("", "pods", "delete", Some("shop")),
            right("apps", "deployments/scale", "patch", Some("shop")),
            right("", "nodes", "patch", None),
        ];
        let objects = of_account("shop", "off", rights);
        assert_eq!(objects.len(), 5);
        assert_eq!(objects[1]["rules"][0]["verbs"], json!(["delete", "list"]));
        assert_eq!(objects[3]["metadata"], json!({"name": "off-shop"}));
        for object in objects {
            let read: Value = serde_saphyr::from_str(&block(&object, 0)).unwrap();
            assert_eq!(read, object);
        }
    }
}
