//! The demo shop as a Deployment behind a Service: the workload of most stories.

use super::{Change, PATIENCE, Stage, Timeline, request};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};
use std::io::ErrorKind::ConnectionRefused;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long one attempt may take: one that a cluster's proxies still send to a Pod that is gone is never answered.
const ATTEMPT: Duration = Duration::from_secs(2);

/// The image of this program.
pub fn image() -> String {
    std::env::var("SHAKEDOWN_E2E_IMAGE").unwrap_or_else(|_| "shakedown".to_owned())
}

/// Deletion with this many seconds to end.
pub fn grace(seconds: u32) -> DeleteParams {
    DeleteParams { grace_period_seconds: Some(seconds), ..DeleteParams::default() }
}

/// The shop, ready.
pub struct Shop<'a> {
    stage: &'a Stage,
    pub address: SocketAddr,
}

impl<'a> Shop<'a> {
    /// Brings it up with this many replicas and waits for all of them.
    pub async fn new(stage: &'a Stage, replicas: usize) -> Shop<'a> {
        let service: Service = stage
            .create(&json!({"metadata": {"name": "shop"},
                "spec": {"selector": {"app": "shop"}, "ports": [{"port": 8080}]}}))
            .await;
        stage.create::<Deployment>(&deployment(replicas)).await;
        let ip = service.spec.unwrap().cluster_ip.unwrap().parse().unwrap();
        let shop = Shop { stage, address: SocketAddr::new(ip, 8080) };
        shop.serves(replicas).await;
        if replicas > 0 {
            shop.connection().await;
        }
        shop
    }

    /// Waits until this many endpoints are ready, and no other is left.
    pub async fn serves(&self, replicas: usize) {
        let what = format!("{replicas} ready endpoints");
        self.stage
            .until(&what, async || {
                let slices = self.stage.api::<EndpointSlice>().list(&ListParams::default()).await.unwrap();
                let all: Vec<_> = slices.items.iter().flat_map(conditions).collect();
                (all.len() == replicas && all.iter().all(|(_, now)| *now == READY)).then_some(())
            })
            .await;
    }

    /// A fresh connection that has answered. The proxies of a cluster follow the slices with a delay, so that the
    /// first may be refused.
    pub async fn connection(&self) -> TcpStream {
        self.stage
            .until("a fresh connection answers", async || {
                let answered = timeout(ATTEMPT, async {
                    let mut fresh = TcpStream::connect(self.address).await.ok()?;
                    let code = request(&mut fresh).await.ok()?;
                    (code == 200).then_some(fresh)
                });
                answered.await.ok()?
            })
            .await
    }

    /// Waits until a fresh connection is refused.
    pub async fn refuses(&self) {
        self.stage
            .until("a connection is refused", async || {
                let error = timeout(ATTEMPT, TcpStream::connect(self.address)).await.ok()?.err()?;
                (error.kind() == ConnectionRefused).then_some(())
            })
            .await;
    }

    /// The Pods that are not on their way out, in the order of their names.
    pub async fn pods(&self) -> Vec<Pod> {
        let all = self.stage.api::<Pod>().list(&ListParams::default().labels("app=shop")).await.unwrap();
        all.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()).collect()
    }

    pub async fn names(&self) -> Vec<String> {
        self.pods().await.into_iter().map(|pod| pod.metadata.name.unwrap()).collect()
    }

    /// Waits in a timeline for a Pod that was not there before and is ready; gives its name.
    pub async fn replacement(&self, pods: &Timeline<Pod>, before: &[String]) -> String {
        let new = |change: &Change<Pod>| {
            let pod = change.object();
            !before.contains(pod.metadata.name.as_ref().unwrap()) && is_ready(pod)
        };
        let seen = pods.until("a replacement is ready", new).await;
        seen.last().unwrap().object().metadata.name.clone().unwrap()
    }
}

/// Three probes a second at most, so that stories are short; a moment between SIGTERM and the end, as endpoints take
/// time to notice.
fn deployment(replicas: usize) -> Value {
    let container = json!({
        "name": "shop", "image": image(), "imagePullPolicy": "IfNotPresent",
        "args": ["shop", "--listen", "$(POD_IP):8080"],
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        "ports": [{"containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/health/ready", "port": 8080}, "periodSeconds": 1},
        "lifecycle": {"preStop": {"sleep": {"seconds": 2}}},
    });
    json!({
        "metadata": {"name": "shop"},
        "spec": {
            "replicas": replicas, "progressDeadlineSeconds": 5,
            "selector": {"matchLabels": {"app": "shop"}},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {"labels": {"app": "shop"}},
                "spec": {"containers": [container], "terminationGracePeriodSeconds": 10},
            },
        },
    })
}

pub fn is_ready(pod: &Pod) -> bool {
    let list = pod.status.as_ref().and_then(|status| status.conditions.clone()).unwrap_or_default();
    list.iter().any(|one| one.type_ == "Ready" && one.status == "True")
}

/// `ready`, `serving`, `terminating`.
pub type Conditions = (bool, bool, bool);
pub const READY: Conditions = (true, true, false);
pub const STARTING: Conditions = (false, false, false);
pub const LEAVING: Conditions = (false, true, true);

/// The endpoints of a slice by the names of their Pods.
pub fn conditions(slice: &EndpointSlice) -> Vec<(String, Conditions)> {
    let endpoints = slice.endpoints.clone().unwrap_or_default();
    let one = endpoints.iter().map(|endpoint| {
        let now = endpoint.conditions.clone().unwrap_or_default();
        let name = endpoint.target_ref.clone().unwrap().name.unwrap();
        let is = |flag: Option<bool>| flag.unwrap_or(false);
        (name, (is(now.ready), is(now.serving), is(now.terminating)))
    });
    one.collect()
}

/// What a timeline of slices told of one Pod, each state once; `None` where it is not in the slice.
pub fn told_of(slices: &[Change<EndpointSlice>], name: &str) -> Vec<Option<Conditions>> {
    let mut told: Vec<Option<Conditions>> = slices
        .iter()
        .map(|change| {
            conditions(change.object()).into_iter().find(|(pod, _)| pod == name).map(|(_, now)| now)
        })
        .collect();
    told.dedup();
    told
}

/// Waits until the slices have told that a Pod is not, or is, among the endpoints.
pub async fn until_told(
    slices: &Timeline<EndpointSlice>,
    name: &str,
    wanted: Option<Conditions>,
) -> Vec<Option<Conditions>> {
    let is = |change: &Change<EndpointSlice>| {
        let all = conditions(change.object());
        all.iter().find(|(pod, _)| pod == name).map(|(_, now)| *now) == wanted
    };
    told_of(&slices.until(&format!("{name} is {wanted:?} in {PATIENCE:?}"), is).await, name)
}
