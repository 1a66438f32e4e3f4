//! Nodes that take no Pods.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::ObjectRef;
use crate::fault::FaultContext;
use crate::fault::nodes::takes_pods;
use k8s_openapi::api::core::v1::Node;
use kube::runtime::watcher;
use std::sync::Arc;
use std::time::Duration;

/// These nodes take no new Pods.
#[derive(Debug, Clone)]
pub struct Unschedulable {
    /// The nodes, with their uids.
    pub nodes: Vec<ObjectRef>,
}

impl Prove for Unschedulable {
    fn what(&self) -> String {
        "the nodes are unschedulable".to_owned()
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        let nodes = cx.cluster.api_all::<Node>();
        Box::pin(look_for(nodes, watcher::Config::default(), within, |nodes| self.look(nodes)))
    }
}

impl Unschedulable {
    fn look(&self, nodes: &[Arc<Node>]) -> Look {
        let closed = |wanted: &ObjectRef| {
            nodes.iter().any(|node| node.metadata.uid == wanted.uid && !takes_pods(node))
        };
        match self.nodes.iter().find(|node| !closed(node)) {
            Some(node) => Look::NotYet(format!("{node} still took Pods")),
            None => Look::Seen(format!("{} unschedulable", self.nodes.len())),
        }
    }
}
