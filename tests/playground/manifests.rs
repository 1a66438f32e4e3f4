//! What is given with `--manifests`.

use crate::up::{SHOP, Up, address, program, status};
use std::fs;
use support::Program;

/// What does not become ready: nobody knows its image.
const LAME: &str = "apiVersion: apps/v1
kind: Deployment
metadata: { name: lame, namespace: lab }
spec:
  progressDeadlineSeconds: 1
  selector: { matchLabels: { app: lame } }
  template:
    metadata: { labels: { app: lame } }
    spec: { containers: [{ name: c, image: 'nobody/knows:1' }] }
";

#[test]
fn the_shop_comes_up_and_answers_through_its_service_by_its_name() {
    let program = program();
    let up = Up::with_shop(&program);
    assert!(up.kubeconfig.is_file());
    let [api, store] = ["api.shop", "store.shop.svc.cluster.local"].map(|name| {
        address(&program, name).unwrap_or_else(|| panic!("no {name} in {}", program.read("hosts")))
    });
    for at in [api, store] {
        assert_eq!([status(at, "/ready"), status(at, "/nowhere")], [Some(200), Some(404)], "{at}");
    }
    up.running.interrupt();
    let ended = up.running.end();
    ended.expect(0, &["shop/store-0: Running, 1/1 ready on node-"]);
    assert_eq!(ended.out.lines().count(), 1, "nothing but the kubeconfig is printed: {ended}");
}

#[test]
fn two_playgrounds_with_the_same_manifests_do_not_meet() {
    let programs = [program(), program()];
    let [one, other] = programs.each_ref().map(|program| {
        Up::start(program, &["--manifests", SHOP, "-n", "shop", "--hosts", "hosts", "--nodes", "1"])
    });
    for up in [&one, &other] {
        up.running.says("all that was applied is ready");
    }
    let [first, second] =
        programs.each_ref().map(|program| address(program, "api.shop").expect("an address"));
    assert_ne!(first, second);
    assert_ne!(one.server(), other.server());
    one.running.interrupt();
    one.running.end().expect(0, &[]);
    assert_eq!([status(first, "/ready"), status(second, "/ready")], [None, Some(200)]);
    other.running.interrupt();
    other.running.end().expect(0, &[]);
}

/// Runs a playground with one file of this text to its end.
fn ended_with(program: &Program, name: &str, text: &str) -> support::Ended {
    let folder = program.folder().join("manifests");
    fs::create_dir_all(&folder).expect("a folder in our folder");
    program.write(&format!("manifests/{name}"), text);
    program.run(&["playground", "up", "--manifests", "manifests"])
}

#[test]
fn a_wrong_manifest_is_said_with_file_document_and_cause_before_anything_starts() {
    for (text, parts) in [
        ("kind: Service\nmetadata: { name: a }\n", &["a.yaml, document 1: an object needs apiVersion"][..]),
        ("---\n# nothing\n---\napiVersion: v1\nkind: Service\n", &["a.yaml, document 2: ", "metadata.name"]),
        ("apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\nb: [\n", &["a.yaml, document 2: "]),
        ("- 1\n", &["a.yaml, document 1: "]),
    ] {
        let program = program();
        let ended = ended_with(&program, "a.yaml", text);
        ended.expect(2, parts);
        assert_eq!(ended.out, "", "{ended}");
    }
    let program = program();
    for (path, part) in [("nowhere", "cannot read nowhere: "), ("tmp", "tmp holds no .yaml or .yml file")] {
        program.run(&["playground", "up", "--manifests", path]).expect(2, &[part]);
    }
}

#[test]
fn what_the_api_server_refuses_is_said_with_its_name_and_cause() {
    for (text, part) in [
        ("apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: a }\n", "cannot apply Thing/a: "),
        (
            &LAME.replace("app: lame } }\n    spec", "app: other } }\n    spec"),
            "cannot apply Deployment/lame: ",
        ),
        (LAME, "namespaces \"lab\" not found"),
    ] {
        ended_with(&program(), "a.yaml", text).expect(2, &[part]);
    }
}

#[test]
fn what_cannot_become_ready_ends_it_with_pod_and_reason() {
    let program = program();
    let text = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: lab }}\n---\n{LAME}");
    let ended = ended_with(&program, "a.yml", &text);
    ended.expect(3, &["error: Deployment lame does not become ready: ", "; pod lame-", "nobody/knows:1"]);
    assert!(ended.err.contains("ErrImagePull") || ended.err.contains("ImagePullBackOff"), "{ended}");
}
