//! A cluster to check: a playground of the story's own, with what the story puts there.

use crate::golden::program;
use shakedown::cluster::{Access, Cluster, Manifest};
use std::path::Path;
use support::{Ended, Program, Running};

/// Where everything is put.
pub const NAMESPACE: &str = "shop";

/// A playground, and the program beside it.
pub struct Place {
    pub program: Program,
    pub kubeconfig: String,
    running: Option<Running>,
}

impl Place {
    /// Whose Pods may run programs of this machine.
    pub fn new(manifests: &str) -> Place {
        let program = program();
        let running = program.start(&["playground", "up", "--allow-host-programs"]);
        let kubeconfig = running.prints("export KUBECONFIG=").trim().to_owned();
        let place = Place { program, kubeconfig, running: Some(running) };
        place.apply(manifests);
        place
    }

    /// Puts more there. Nothing is waited for.
    pub fn apply(&self, manifests: &str) {
        let manifests = Manifest::parse(Path::new("story.yaml"), manifests).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let cluster = self.cluster().await;
            cluster.ensure_namespace(&[("shakedown.dev/allow", "true")]).await.unwrap();
            cluster.apply(&manifests).await.unwrap();
        });
    }

    pub async fn cluster(&self) -> Cluster {
        let access = Access {
            kubeconfig: Some(self.kubeconfig.clone().into()),
            context: None,
            namespace: Some(NAMESPACE.to_owned()),
        };
        Cluster::connect(&access).await.unwrap()
    }

    /// Runs these checks.
    pub fn smoke(&self, checks: &str) -> Ended {
        smoke_at(&self.program, &self.kubeconfig, checks)
    }
}

/// Runs these checks of the cluster of a kubeconfig.
pub fn smoke_at(program: &Program, kubeconfig: &str, checks: &str) -> Ended {
    let target = format!(
        "{{ kubernetes: {{ context: playground, namespace: {NAMESPACE}, kubeconfig: '{kubeconfig}' }} }}"
    );
    program.write("s.yaml", format!("scenario: golden\ntarget: {target}\nsmoke:\n{checks}"));
    program.run(&["smoke", "s.yaml", "--report", "json=report.json", "--report", "junit=report.xml"])
}

/// A Deployment of one program of this machine.
pub fn deployment(name: &str, replicas: u32, image: &str, script: &str) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name} }}
spec:
  replicas: {replicas}
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: {image}
          args: [-c, '{script}']
"
    )
}

/// An image that runs scripts.
pub const SHELL: &str = "process:/bin/sh";
/// One that goes on.
pub const STAYS: &str = "exec sleep 1000";

/// A Service of the Pods with the label of this name.
pub fn service(name: &str) -> String {
    format!(
        "---
apiVersion: v1
kind: Service
metadata: {{ name: {name} }}
spec: {{ selector: {{ app: {name} }}, ports: [{{ name: http, port: 80 }}] }}
"
    )
}

/// An Ingress of the class `nginx`, in which each host has these paths. Lines that are added belong to its `spec`.
pub fn ingress(name: &str, hosts: &[&str], paths: &str) -> String {
    let rule = |host: &&str| format!("    - {{ host: {host}, http: {{ paths: [{paths}] }} }}\n");
    let rules: String = hosts.iter().map(rule).collect();
    format!(
        "---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{ name: {name} }}
spec:
  ingressClassName: nginx
  rules:
{rules}"
    )
}

impl Drop for Place {
    /// Asked to end, it removes its folders.
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.terminate();
            if !std::thread::panicking() {
                running.end().expect(0, &[]);
            }
        }
    }
}
