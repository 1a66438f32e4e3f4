//! Every kubectl that there is, from Debian or elsewhere, against the shop.

use crate::up::{Up, program};
use std::path::PathBuf;
use std::process::Command;
use support::{Ended, Kubectl, Program, kubectls};

/// kubectl in the namespace of the shop.
struct Shopkeeper {
    kubectl: Kubectl,
    kubeconfig: PathBuf,
    folder: PathBuf,
}

impl Shopkeeper {
    fn of(kubectl: Kubectl, program: &Program, up: &Up) -> Shopkeeper {
        Shopkeeper { kubectl, kubeconfig: up.kubeconfig.clone(), folder: program.folder().to_owned() }
    }

    /// What it prints; it must succeed.
    fn says(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(ended.code, Some(0), "kubectl {args:?}\n{ended}");
        ended.out
    }

    fn run(&self, args: &[&str]) -> Ended {
        let prepare = |kubectl: &mut Command| {
            kubectl.arg("--kubeconfig").arg(&self.kubeconfig).args(["-n", "shop", "--cache-dir"]);
            kubectl.arg(self.folder.join("cache")).args(args).current_dir(&self.folder);
        };
        self.kubectl.run(prepare, "")
    }

    /// Each command prints each text. How many blanks are between two words differs between versions.
    fn tells(&self, table: &[(&str, &[&str])]) {
        for (line, texts) in table {
            let out = self.says(&line.split(' ').collect::<Vec<_>>());
            let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
            for text in *texts {
                assert!(out.contains(text), "kubectl {line}: nothing of `{text}` in\n{out}");
            }
        }
    }
}

#[test]
fn kubectl_reads_changes_and_enters() {
    for kubectl in kubectls() {
        let program = program();
        let up = Up::with_shop(&program);
        reads_changes_and_enters(&Shopkeeper::of(kubectl, &program, &up), &program);
    }
}

fn reads_changes_and_enters(kubectl: &Shopkeeper, program: &Program) {
    program.write("note.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: note }\ndata: { a: b }\n");
    kubectl.tells(&[
        ("version", &["Server Version"]),
        ("get nodes", &["node-a Ready", "node-b", "node-c"]),
        ("get all", &["pod/store-0", "deployment.apps/api", "3/3", "statefulset.apps/store", "service/api"]),
        ("get pods -o wide", &["NOMINATED NODE", "127."]),
        ("get endpointslices,pvc,pdb", &["api-", "data-store-0 Bound ", "MIN AVAILABLE"]),
        ("describe deployment api", &["3 desired | 3 updated | 3 total | 3 available", "ScalingReplicaSet"]),
        ("describe pod store-0", &["Status: Running", "Readiness:", "http-get", "Started"]),
        ("describe node node-a", &["topology.kubernetes.io/zone=", "Allocated resources"]),
        ("apply -f note.yaml", &["configmap/note created"]),
        ("apply -f note.yaml", &["configmap/note unchanged"]),
        ("delete configmap note", &["configmap \"note\" deleted"]),
        ("scale deployment api --replicas 5", &["deployment.apps/api scaled"]),
        ("rollout status deployment api --timeout 60s", &["successfully rolled out"]),
        ("get deployment api", &["5/5"]),
        ("scale deployment api --replicas 2", &["scaled"]),
        ("rollout restart deployment api", &["restarted"]),
        ("rollout status deployment api --timeout 60s", &["successfully rolled out"]),
        ("rollout undo deployment api", &["rolled back"]),
        ("rollout status statefulset store --timeout 60s", &["complete"]),
        ("logs store-0", &["the demo shop's store listens on http://127."]),
    ]);
    assert_eq!(kubectl.says(&["exec", "store-0", "--", "/bin/sh", "-c", "echo $POD_NAME"]), "store-0\n");
    let before = kubectl.says(&["get", "pod", "store-0", "-o", "jsonpath={.metadata.uid}"]);
    kubectl.says(&["delete", "pod", "store-0"]);
    kubectl.says(&["wait", "pod", "store-0", "--for=condition=Ready", "--timeout=60s"]);
    assert_ne!(kubectl.says(&["get", "pod", "store-0", "-o", "jsonpath={.metadata.uid}"]), before);
    kubectl
        .run(&["get", "pod", "nobody"])
        .expect(1, &["Error from server (NotFound): pods \"nobody\" not found"]);
}

#[test]
fn kubectl_cordons_and_drains_a_node() {
    for kubectl in kubectls() {
        let program = program();
        let up = Up::with_shop(&program);
        cordons_and_drains_a_node(&Shopkeeper::of(kubectl, &program, &up));
    }
}

fn cordons_and_drains_a_node(kubectl: &Shopkeeper) {
    let node = kubectl.says(&["get", "pod", "store-0", "-o", "jsonpath={.spec.nodeName}"]);
    let on = format!("--field-selector=spec.nodeName={node}");
    kubectl.tells(&[
        (&format!("cordon {node}"), &["cordoned"]),
        (&format!("get node {node}"), &["Ready,SchedulingDisabled"]),
        (&format!("drain {node} --timeout 60s"), &["evicting pod shop/store-0", "pod/store-0 evicted"]),
    ]);
    assert_eq!(kubectl.says(&["get", "pods", &on, "-o", "name"]), "");
    kubectl.tells(&[
        ("rollout status deployment api --timeout 60s", &["successfully rolled out"]),
        ("rollout status statefulset store --timeout 60s", &["complete"]),
        (&format!("uncordon {node}"), &["uncordoned"]),
    ]);
}
