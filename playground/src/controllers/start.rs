//! Starting and stopping all controllers.

use crate::cluster::{Cluster, Writer};
use crate::controllers::autoscaler::Autoscalers;
use crate::controllers::budget::Budgets;
use crate::controllers::collect::Collector;
use crate::controllers::deployment::Deployments;
use crate::controllers::desk::Desk;
use crate::controllers::endpoints::EndpointSlices;
use crate::controllers::event_keeper::EventKeeper;
use crate::controllers::job::Jobs;
use crate::controllers::mirror::Endpoints;
use crate::controllers::namespace::Namespaces;
use crate::controllers::protection::ClaimProtection;
use crate::controllers::replica_set::ReplicaSets;
use crate::controllers::stateful_set::StatefulSets;
use crate::controllers::work::run;
use tokio::task::JoinSet;

/// The running controllers. Dropping it ends them.
#[derive(Debug)]
pub struct Controllers {
    _tasks: JoinSet<()>,
}

/// Starts every controller on the cluster. Needs a tokio runtime.
pub fn start(cluster: &Cluster) -> Controllers {
    let mut tasks = JoinSet::new();
    let cluster = &cluster.written_by(Writer::named("kube-controller-manager"));
    let desk = Desk::new(cluster);
    run(&mut tasks, cluster, Namespaces(desk.clone()));
    run(&mut tasks, cluster, Collector(desk.clone()));
    run(&mut tasks, cluster, ReplicaSets(desk.clone()));
    run(&mut tasks, cluster, Deployments::new(desk.clone()));
    run(&mut tasks, cluster, StatefulSets(desk.clone()));
    run(&mut tasks, cluster, Jobs(desk.clone()));
    run(&mut tasks, cluster, EndpointSlices::new(desk.clone()));
    run(&mut tasks, cluster, Endpoints(desk.clone()));
    run(&mut tasks, cluster, Budgets(desk.clone()));
    run(&mut tasks, cluster, ClaimProtection(desk.clone()));
    run(&mut tasks, cluster, Autoscalers::new(desk.clone()));
    run(&mut tasks, cluster, EventKeeper(desk));
    Controllers { _tasks: tasks }
}
