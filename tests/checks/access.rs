//! Every kind that asks the cluster, where the cluster does not answer as it should: it is down, it is silent, it refuses.

use crate::golden::{failure, program};
use crate::place::{Place, SHELL, STAYS, deployment, service, smoke_at};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use support::{Program, Raw};

/// One of each.
const EACH: [&str; 9] = [
    "rollout: { deployment: api }",
    "endpoints: { service: api }",
    "job: { name: migrate }",
    "pdb: { name: api }",
    "hpa: { name: api }",
    "events: { deployment: api }",
    "events: { since: 10m }",
    "ingress: { name: shop, service: api }",
    "command: { run: [echo], in: { pods: app=api } }",
];

fn each(more: &str) -> String {
    EACH.map(|check| format!("  - {{ {more}{check} }}\n")).concat()
}

/// A kubeconfig for a server at this address.
fn kubeconfig(program: &Program, server: SocketAddr) {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: playground\n\
         contexts: [{{ name: playground, context: {{ cluster: c, user: u }} }}]\n\
         clusters: [{{ name: c, cluster: {{ server: 'http://{server}' }} }}]\nusers: [{{ name: u, user: {{}} }}]\n"
    );
    program.write("kubeconfig", text);
}

#[test]
fn a_cluster_that_is_down() {
    let program = program();
    kubeconfig(&program, TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let ended = smoke_at(&program, "kubeconfig", &each(""));
    ended.expect(4, &[]);
    failure("cluster-down", &ended, &program);
}

#[test]
fn a_cluster_that_says_nothing() {
    let (program, silent) = (program(), Raw::silent());
    kubeconfig(&program, silent.addr());
    let ended = smoke_at(&program, "kubeconfig", &each("timeout: 500ms, "));
    ended.expect(4, &[]);
    failure("cluster-slow", &ended, &program);
}

#[test]
fn a_cluster_that_does_not_let_us_look() {
    let place = Place::new(&[service("api"), deployment("api", 1, SHELL, STAYS)].concat());
    let text = fs::read_to_string(&place.kubeconfig).unwrap();
    let mut nobody: serde_json::Value = serde_json::from_str(&text).unwrap();
    for user in nobody["users"].as_array_mut().unwrap() {
        user["user"]["as"] = "system:serviceaccount:shop:smoke".into();
    }
    place.program.write("kubeconfig", nobody.to_string());
    // What waiting does not heal is not waited for.
    let ended = smoke_at(&place.program, "kubeconfig", &each("eventually: 90s, "));
    ended.expect(1, &[]);
    failure("cluster-access", &ended, &place.program);
}
