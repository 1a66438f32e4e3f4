//! kubectl, as it comes from Debian or elsewhere, against the shop.

use crate::up::{Up, program};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use support::Program;

/// kubectl in the namespace of the shop.
struct Kubectl {
    kubeconfig: PathBuf,
    folder: PathBuf,
}

impl Kubectl {
    /// Nothing, said aloud, where there is none.
    fn of(program: &Program, up: &Up) -> Option<Kubectl> {
        let found = Command::new("kubectl").args(["version", "--client"]).output();
        if !found.is_ok_and(|output| output.status.success()) {
            // Not `eprintln!`, which the harness holds back.
            let _ = writeln!(std::io::stderr(), "SKIPPED: there is no kubectl on this machine");
            return None;
        }
        Some(Kubectl { kubeconfig: up.kubeconfig.clone(), folder: program.folder().to_owned() })
    }

    /// What it prints; it must succeed.
    fn says(&self, args: &[&str]) -> String {
        let (success, out, err) = self.run(args);
        assert!(success, "kubectl {args:?}\n{out}\n{err}");
        out
    }

    fn run(&self, args: &[&str]) -> (bool, String, String) {
        let mut command = Command::new("kubectl");
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(["-n", "shop", "--cache-dir"]);
        // What it does not do within the time is an error of its own.
        let output = command.arg(self.folder.join("cache")).args(args).current_dir(&self.folder).output();
        let output = output.expect("kubectl can be run");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// Each command prints each text.
    fn tells(&self, table: &[(&str, &[&str])]) {
        for (line, texts) in table {
            let out = self.says(&line.split(' ').collect::<Vec<_>>());
            for text in *texts {
                assert!(out.contains(text), "kubectl {line}: nothing of `{text}` in\n{out}");
            }
        }
    }
}

#[test]
fn kubectl_reads_changes_and_enters() {
    let program = program();
    let up = Up::with_shop(&program);
    let Some(kubectl) = Kubectl::of(&program, &up) else { return };
    program.write("note.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: note }\ndata: { a: b }\n");
    kubectl.tells(&[
        ("version", &["Server Version"]),
        ("get nodes", &["node-a   Ready", "node-b", "node-c"]),
        ("get all", &["pod/store-0", "deployment.apps/api", "3/3", "statefulset.apps/store", "service/api"]),
        ("get pods -o wide", &["NOMINATED NODE", "127."]),
        ("get endpointslices,pvc,pdb", &["api-", "data-store-0   Bound    ", "MIN AVAILABLE"]),
        ("describe deployment api", &["3 desired | 3 updated | 3 total | 3 available", "ScalingReplicaSet"]),
        ("describe pod store-0", &["Status:           Running", "Readiness:", "http-get", "Started"]),
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
    let (success, _, err) = kubectl.run(&["get", "pod", "nobody"]);
    assert!(!success && err.contains("Error from server (NotFound): pods \"nobody\" not found"), "{err}");
}

#[test]
fn kubectl_cordons_and_drains_a_node() {
    let program = program();
    let up = Up::with_shop(&program);
    let Some(kubectl) = Kubectl::of(&program, &up) else { return };
    let node = kubectl.says(&["get", "pod", "store-0", "-o", "jsonpath={.spec.nodeName}"]);
    let on = format!("--field-selector=spec.nodeName={node}");
    kubectl.tells(&[
        (&format!("cordon {node}"), &["cordoned"]),
        (&format!("get node {node}"), &["Ready,SchedulingDisabled"]),
        (&format!("drain {node} --timeout 60s"), &["evicting pod shop/store-0", "drained"]),
    ]);
    assert_eq!(kubectl.says(&["get", "pods", &on, "-o", "name"]), "");
    kubectl.tells(&[
        ("rollout status deployment api --timeout 60s", &["successfully rolled out"]),
        ("rollout status statefulset store --timeout 60s", &["complete"]),
        (&format!("uncordon {node}"), &["uncordoned"]),
    ]);
}
