//! kubectl, as people use it, with each one that there is. Without any these tests are skipped, and say so.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use playground::{Options, Playground};
use serde_json::json;
use std::path::PathBuf;
use std::process::Command;
use support::{Ended, Kubectl, kubectls};
use tokio::runtime::Runtime;

/// A playground and a kubectl that talks to it.
struct Desk {
    kubectl: Kubectl,
    runtime: Runtime,
    playground: Option<Playground>,
    kubeconfig: PathBuf,
    home: tempfile::TempDir,
}

impl Desk {
    fn new(kubectl: Kubectl) -> Desk {
        let runtime = Runtime::new().unwrap();
        let playground = runtime.block_on(Playground::start(Options::default())).unwrap();
        let kubeconfig = playground.kubeconfig_path().to_owned();
        let nodes = playground::resource::by_kind("v1", "Node").unwrap();
        let node = json!({"metadata": {"name": "node-a"}});
        playground.cluster().create(nodes, "", node, playground::store::Write::Commit).unwrap();
        let home = tempfile::tempdir().unwrap();
        Desk { runtime, kubectl, playground: Some(playground), kubeconfig, home }
    }

    /// Whether its kubectl is 1.`minor` or newer.
    fn since(&self, minor: u32) -> bool {
        self.kubectl.minor >= minor
    }

    fn run(&self, line: &str, input: &str) -> Ended {
        let prepare = |kubectl: &mut Command| {
            // Discovery is cached by server address: a cache of another playground must not be found.
            kubectl.args(line.split_whitespace()).env("HOME", self.home.path());
            kubectl.env("KUBECONFIG", &self.kubeconfig);
            kubectl.env("KUBE_EDITOR", "sed -i 's/minReadySeconds: 1/minReadySeconds: 2/'");
        };
        self.kubectl.run(prepare, input)
    }

    /// What it prints when it succeeds.
    fn does(&self, line: &str) -> String {
        self.does_with(line, "")
    }

    fn does_with(&self, line: &str, input: &str) -> String {
        let ended = self.run(line, input);
        assert_eq!(ended.code, Some(0), "kubectl {line}\n{ended}");
        ended.out
    }

    /// What it complains of when it fails.
    fn fails(&self, line: &str, input: &str) -> String {
        let ended = self.run(line, input);
        assert_ne!(ended.code, Some(0), "kubectl {line} succeeded");
        ended.err
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(playground) = self.playground.take() {
            self.runtime.block_on(playground.stop());
        }
    }
}

#[test]
fn objects_are_created_from_the_command_line() {
    for kubectl in kubectls() {
        create_objects(&Desk::new(kubectl));
    }
}

fn create_objects(desk: &Desk) {
    for (line, path, value) in [
        ("deployment web --image=x --replicas=2 --port=80", "{.spec.replicas}", "2"),
        ("job once --image=x -- true", "{.spec.template.spec.containers[0].command[0]}", "true"),
        ("pdb web --selector=app=web --min-available=50%", "{.spec.minAvailable}", "50%"),
        ("namespace shop", "{.status.phase}", "Active"),
        ("configmap plain --from-literal=a=b", "{.data.a}", "b"),
        ("secret generic hidden --from-literal=a=b", "{.data.a}", "Yg=="),
        ("serviceaccount robot", "{.metadata.name}", "robot"),
        ("role reader --verb=get --resource=pods", "{.rules[0].resources[0]}", "pods"),
        ("clusterrole reader --verb=get --resource=nodes", "{.rules[0].verbs[0]}", "get"),
        ("rolebinding reader --role=reader --serviceaccount=default:robot", "{.subjects[0].name}", "robot"),
        ("ingress front --rule=example.com/a=web:80", "{.spec.rules[0].host}", "example.com"),
    ] {
        // Before, it makes an older version of them, which the playground does not serve.
        if line.starts_with("pdb") && !desk.since(21) {
            continue;
        }
        desk.does(&format!("create {line}"));
        let mut words = line.split_whitespace();
        let kind = words.next().unwrap();
        let name = words.find(|word| *word != "generic").unwrap();
        assert_eq!(desk.does(&format!("get {kind} {name} -o jsonpath={path}")), value, "{line}");
    }
    desk.does("create service clusterip web --tcp=80:8080");
    assert_eq!(desk.does("get service web -o jsonpath={.spec.ports[0].targetPort}"), "8080");
    if desk.since(24) {
        assert!(!desk.does("create token robot").trim().is_empty());
    }
    desk.does("run one --image=x --env=A=B --labels=app=one --command -- sleep 1");
    assert_eq!(desk.does("get pod one -o jsonpath={.spec.containers[0].env[0].value}"), "B");
    desk.does("expose pod one --port=80 --name=one");
    assert_eq!(desk.does("get service one -o jsonpath={.spec.selector.app}"), "one");
}

#[test]
fn workloads_are_changed_and_taken_back() {
    for kubectl in kubectls() {
        change_workloads(&Desk::new(kubectl));
    }
}

fn change_workloads(desk: &Desk) {
    desk.does("create deployment web --image=x:1");
    desk.does("scale deployment web --replicas=0");
    desk.does("rollout status deployment/web --timeout=60s");
    desk.does("set image deployment/web x=x:2");
    desk.does("set env deployment/web A=B");
    desk.does("rollout status deployment/web --timeout=60s");
    assert!(desk.does("rollout history deployment/web").lines().count() >= 4);
    desk.does("rollout undo deployment/web --to-revision=1");
    assert_eq!(desk.does("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"), "x:1");
    desk.does("rollout restart deployment/web");
    desk.does("rollout pause deployment/web");
    assert_eq!(desk.does("get deployment web -o jsonpath={.spec.paused}"), "true");
    desk.does("rollout resume deployment/web");
    desk.does("wait --for=condition=Available deployment/web --timeout=60s");
    desk.does("label deployment web tier=front");
    desk.does("annotate deployment web note=x");
    desk.does("patch deployment web -p {\"spec\":{\"minReadySeconds\":1}}");
    desk.does("edit deployment web");
    assert_eq!(desk.does("get deployment web -o jsonpath={.spec.minReadySeconds}"), "2");
    assert_eq!(desk.does("get deployment -l tier=front -o name").trim(), "deployment.apps/web");
    desk.does("taint node node-a k=v:NoSchedule");
    desk.does("cordon node-a");
    desk.does("drain node-a --force --grace-period=0 --timeout=60s");
    desk.does("uncordon node-a");
    desk.does("delete deployment web --timeout=60s");
    assert!(desk.fails("get deployment web", "").contains("NotFound"));
}

const MANIFEST: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: web, image: x, ports: [{containerPort: 80}]}\n      - {name: side, image: z}\n";

#[test]
fn manifests_are_applied_from_both_sides() {
    for kubectl in kubectls() {
        apply_from_both_sides(&Desk::new(kubectl));
    }
}

fn apply_from_both_sides(desk: &Desk) {
    let containers = "get deployment web -o jsonpath={.spec.template.spec.containers[*].name}";
    desk.does_with("apply -f -", MANIFEST);
    assert!(desk.does_with("apply -f -", MANIFEST).contains("unchanged"));
    assert!(desk.does_with("diff -f -", MANIFEST).is_empty());
    let one = MANIFEST.replace("      - {name: side, image: z}\n", "");
    desk.does_with("apply -f -", &one);
    assert_eq!(desk.does(containers), "web", "the container that is no longer named goes");
    // The other side takes over what the first one owned, and drops what it names no longer.
    desk.does_with("apply --server-side -f -", MANIFEST);
    assert_eq!(desk.does(containers), "web side");
    desk.does_with("apply --server-side -f -", &one);
    assert_eq!(desk.does(containers), "web");
    desk.does("scale deployment web --replicas=3");
    let refused = desk.fails("apply --server-side -f -", &one);
    assert!(
        refused
            .contains("conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas"),
        "{refused}"
    );
    desk.does_with("apply --server-side --force-conflicts -f -", &one);
    assert_eq!(desk.does("get deployment web -o jsonpath={.spec.replicas}"), "1");
    let wrong = MANIFEST.replace("replicas: 1", "replicaz: 1");
    // Old kubectl finds it itself, with what the server says of the fields, and names only the last part.
    let refused = desk.fails("apply -f -", &wrong);
    assert!(refused.contains("unknown field") && refused.contains("replicaz\""), "{refused}");
    let other = MANIFEST.replace("spec:\n  replicas: 1", "spec:\n  strategy: {type: Recreate}");
    desk.does_with("apply -f -", &other);
    assert_eq!(desk.does("get deployment web -o jsonpath={.spec.strategy}"), "{\"type\":\"Recreate\"}");
    desk.does_with("replace -f -", MANIFEST);
    desk.does_with("delete -f -", MANIFEST);
}

#[test]
fn questions_are_answered() {
    for kubectl in kubectls() {
        ask(&Desk::new(kubectl));
    }
}

fn ask(desk: &Desk) {
    desk.does("create deployment web --image=x");
    desk.does("create serviceaccount robot");
    desk.does("create role reader --verb=get,list --resource=pods");
    desk.does("create rolebinding reader --role=reader --serviceaccount=default:robot");
    let robot = "--as=system:serviceaccount:default:robot";
    assert_eq!(desk.does("auth can-i create pods").trim(), "yes");
    let list = desk.does(&format!("auth can-i --list {robot}"));
    assert!(list.lines().any(|line| line.starts_with("pods ") && line.contains("[get list]")), "{list}");
    if desk.since(28) {
        assert!(desk.does("auth whoami").contains("kubernetes-admin"));
    }
    let told = desk.does("explain deployment.spec.template.spec.containers");
    assert!(told.lines().any(|line| line.contains("imagePullPolicy") && line.contains("<string>")), "{told}");
    assert!(desk.does("api-resources").contains("poddisruptionbudgets"));
    assert!(desk.does("api-versions").contains("metrics.k8s.io/v1beta1"));
    for kind in
        ["pods", "deployments", "replicasets", "nodes", "namespaces", "roles", "serviceaccounts", "events"]
    {
        for output in ["wide", "yaml", "json", "name"] {
            assert!(!desk.does(&format!("get {kind} -o {output}")).is_empty(), "{kind} {output}");
        }
        assert!(desk.does(&format!("describe {kind}")).contains("Name:"), "{kind}");
    }
}
