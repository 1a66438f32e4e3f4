//! `rbac` of scenarios with checks: what it prints is enough, and nothing of it is too much.

use crate::golden::program;
use crate::place::{NAMESPACE, Place, SHELL, STAYS, deployment, service};
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{ClusterRole, Role};
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use shakedown::cluster::Cluster;
use shakedown::scenario::Scenario;
use shakedown::source::Environment;
use std::fs;
use support::Ended;

/// The rights of each kind, read as people say them.
const TABLE: [(&str, &str); 10] = [
    ("rollout: { deployment: api }", "get deployments.apps; list replicasets.apps; list pods; get pods/log"),
    (
        "rollout: { statefulset: db, zones: 2 }",
        "get statefulsets.apps; list controllerrevisions.apps; list pods; get pods/log; get nodes of the cluster",
    ),
    ("endpoints: { service: api }", "get services; list endpointslices.discovery.k8s.io; list pods"),
    ("job: { name: migrate }", "get jobs.batch; list pods; get pods/log"),
    ("pdb: { name: api }", "get poddisruptionbudgets.policy; list pods"),
    ("hpa: { name: api }", "get horizontalpodautoscalers.autoscaling"),
    ("events: { since: 10m }", "list events; get namespaces"),
    ("events: { deployment: api }", "list events; get deployments.apps; list replicasets.apps"),
    (
        "ingress: { name: shop, service: api }",
        "get ingresses.networking.k8s.io; get services; list endpointslices.discovery.k8s.io; list pods",
    ),
    ("command: { run: [x], in: { pods: app=api } }", "list pods; get pods/exec; create pods/exec"),
];

#[test]
fn each_kind_names_its_rights() {
    for (check, expected) in TABLE {
        let text = format!(
            "scenario: s\ntarget: {{ kubernetes: {{ context: c, namespace: shop }} }}\nsmoke: [{{ {check} }}]\n"
        );
        let scenario = Scenario::parse("s.yaml", &text, &Environment::default()).unwrap();
        let rights = scenario.checks[0].rights("shop");
        let words = rights.iter().map(|right| {
            right
                .to_string()
                .replace(" in namespace shop", "")
                .replace(" in the whole cluster", " of the cluster")
        });
        assert_eq!(words.collect::<Vec<_>>().join("; "), expected, "{check}");
    }
}

#[test]
fn a_scenario_that_asks_no_cluster_needs_no_role() {
    let program = program();
    let text = "scenario: s\ntarget: { http: 'http://shop.test' }\nsmoke:\n  - command: { run: [date] }\n";
    program.write("s.yaml", text);
    program.run(&["rbac", "s.yaml"]).expect(2, &["s.yaml has no faults and no checks of a cluster"]);
}

/// Checks that hold and checks that have to explain why they do not.
const CHECKS: &str = "smoke:
  - eventually: 90s
    rollout: { deployment: api, zones: 1 }
  - eventually: 90s
    endpoints: { service: api, ready: 1 }
  - name: seven of them
    endpoints: { service: api, ready: 7 }
  - eventually: 60s
    job: { name: broken, state: failed }
  - name: it is migrated
    job: { name: broken }
  - pdb: { name: api }
  - hpa: { name: api, at_max: allowed }
  - events: { deployment: api }
  - ingress: { name: shop, service: api, via: off }
  - eventually: 60s
    command: { run: [/bin/echo, hello], in: { pods: app=api } }
";

const REST: &str = "---
apiVersion: batch/v1
kind: Job
metadata: { name: broken }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: 'process:/bin/sh', args: [-c, 'echo no table; exit 4'] }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: api }
spec: { minAvailable: 1, selector: { matchLabels: { app: api } } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: api }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }, minReplicas: 1, maxReplicas: 2 }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec: { defaultBackend: { service: { name: api, port: { number: 80 } } } }
";

/// The kubeconfig of an account of the namespace.
async fn kubeconfig_of(cluster: &Cluster, account: &str, place: &Place) -> String {
    let request: TokenRequest =
        serde_json::from_value(json!({"metadata": {}, "spec": {"audiences": []}})).unwrap();
    let accounts = cluster.api::<ServiceAccount>();
    let token = accounts.create_token_request(account, &PostParams::default(), &request).await.unwrap();
    let token = token.status.unwrap().token.unwrap();
    let mut file: Value = serde_saphyr::from_str(&fs::read_to_string(&place.kubeconfig).unwrap()).unwrap();
    for user in file["users"].as_array_mut().unwrap() {
        user["user"] = json!({"token": token});
    }
    file.to_string()
}

fn smoke(place: &Place, kubeconfig: &str) -> Ended {
    let target = format!("{{ context: playground, namespace: {NAMESPACE}, kubeconfig: '{kubeconfig}' }}");
    place.program.write("s.yaml", format!("scenario: roles\ntarget: {{ kubernetes: {target} }}\n{CHECKS}"));
    place.program.run(&["smoke", "s.yaml"])
}

/// The same rules without one verb.
fn without(rules: &Value, rule: usize, verb: usize) -> Value {
    let mut rules = rules.clone();
    rules[rule]["verbs"].as_array_mut().unwrap().remove(verb);
    json!({"rules": rules})
}

#[test]
fn the_role_is_enough_and_with_one_verb_less_a_check_says_which() {
    let place = Place::new(&[deployment("api", 2, SHELL, STAYS), service("api"), REST.to_owned()].concat());
    let by_admin = smoke(&place, &place.kubeconfig);
    place.apply(&place.program.run(&["rbac", "s.yaml"]).out);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cluster = runtime.block_on(place.cluster());
    place.program.write("least", runtime.block_on(kubeconfig_of(&cluster, "shakedown", &place)));
    let denials = |ended: &Ended| format!("{ended}").matches(" in API group ").count();
    let by_role = smoke(&place, "least");
    assert_eq!(
        (by_admin.code, by_role.code, denials(&by_role)),
        (Some(1), Some(1), 0),
        "{by_role}\n{by_admin}"
    );

    let params = PatchParams::default();
    let roles = cluster.api::<Role>();
    let wide = Api::<ClusterRole>::all(roles.clone().into_client());
    let own = runtime.block_on(roles.get("shakedown")).unwrap();
    let granted = serde_json::to_value(own.rules).unwrap();
    for (rule, about) in granted.as_array().unwrap().iter().enumerate() {
        let resource = about["resources"][0].as_str().unwrap();
        for (place_of_verb, verb) in about["verbs"].as_array().unwrap().iter().enumerate() {
            // The playground asks for `create`, as new servers do; older ones ask for `get`.
            if (resource, verb.as_str().unwrap()) == ("pods/exec", "get") {
                continue;
            }
            let fewer = without(&granted, rule, place_of_verb);
            runtime.block_on(roles.patch("shakedown", &params, &Patch::Merge(fewer))).unwrap();
            let ended = smoke(&place, "least");
            let words = format!("cannot {} resource \"{resource}\"", verb.as_str().unwrap());
            assert!(ended.out.contains(&words), "no word of {words}\n{ended}");
        }
    }
    let all = json!({"rules": granted});
    runtime.block_on(roles.patch("shakedown", &params, &Patch::Merge(all))).unwrap();
    let none = Patch::Merge(json!({"rules": []}));
    runtime.block_on(wide.patch(&format!("shakedown-{NAMESPACE}"), &params, &none)).unwrap();
    let ended = smoke(&place, "least");
    assert!(ended.out.contains("cannot get resource \"nodes\""), "{ended}");
}
