//! A playground with the shop in it, and the program beside it.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod, Service, ServiceAccount};
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shakedown::cluster::{Access, Cluster, Manifest, RUN_LABEL, UNDO_PREFIX};
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use support::{Ended, Program, Running};
use tokio::runtime::Runtime;

/// Nothing is waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(90);
/// Where the shop lives.
pub const SHOP: &str = "shop";

/// A playground with the shop in it, and the program beside it.
pub struct Stage {
    pub program: Program,
    pub cluster: Cluster,
    pub playground: Running,
    pub kubeconfig: String,
    runtime: Runtime,
    target: String,
    _home: Program,
}

fn binary() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

impl Stage {
    /// The shop consents to faults.
    pub fn new() -> Stage {
        let stage = Stage::without_consent();
        stage.patch_namespace(&json!({"metadata": {"labels": {"shakedown.dev/allow": "true"}}}));
        stage
    }

    pub fn without_consent() -> Stage {
        let home = binary();
        let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground/manifests/shop");
        let manifests = manifests.to_str().unwrap();
        let playground = home.start(&["playground", "up", "-n", SHOP, "--manifests", manifests]);
        let kubeconfig = playground.prints("export KUBECONFIG=");
        playground.says("all that was applied is ready");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let access =
            Access { kubeconfig: Some((&kubeconfig).into()), context: None, namespace: Some(SHOP.into()) };
        let cluster = runtime.block_on(Cluster::connect(&access)).unwrap();
        let target = runtime.block_on(cluster.service_url("api")).unwrap();
        let program = binary().with("KUBECONFIG", &kubeconfig);
        Stage { program, cluster, playground, kubeconfig, runtime, target, _home: home }
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn patch_namespace(&self, patch: &Value) {
        let namespaces = self.cluster.api_all::<Namespace>();
        let (params, patch) = (PatchParams::default(), Patch::Merge(patch));
        self.block_on(namespaces.patch(SHOP, &params, &patch)).unwrap();
    }

    /// A scenario of a quarter of a minute with these faults; whoever sends takes a fresh connection each time.
    pub fn scenario(&self, seconds: u32, faults: &str) -> String {
        self.scenario_of(seconds, "context: playground, namespace: shop, guard: off", faults)
    }

    pub fn scenario_of(&self, seconds: u32, kubernetes: &str, faults: &str) -> String {
        format!(
            "scenario: faults on the shop\ntarget: {{ http: '{}', kubernetes: {{ {kubernetes} }} }}\nload:\n  profile: \
             {{ stages: [{{ from: 50/s, to: 50/s, over: {seconds}s, name: hold }}] }}\n  connections: {{ keep_alive: \
             false }}\n  journeys: [{{ name: browse, steps: [{{ get: /products, timeout: 2s }}] }}]\n{faults}\n",
            self.target
        )
    }

    /// All that a fault may change, without what goes its own way: names of Pods, versions, statuses.
    pub fn state(&self) -> Value {
        self.block_on(async {
            json!({
                "deployments": self.specs::<Deployment>().await,
                "statefulsets": self.specs::<StatefulSet>().await,
                "services": self.specs::<Service>().await,
                "pods": self.cluster.api::<Pod>().list(&ListParams::default()).await.unwrap().items.len(),
            })
        })
    }

    async fn specs<K>(&self) -> Vec<Value>
    where
        K: kube::Resource<Scope = kube::core::NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + DeserializeOwned + serde::Serialize,
    {
        let all = self.cluster.api::<K>().list(&ListParams::default()).await.unwrap().items;
        let spec = |object: &K| {
            let mut whole = serde_json::to_value(object).unwrap();
            if let Some(notes) = whole.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
                // Counted up by the way there and by the way back.
                notes.remove("deployment.kubernetes.io/revision");
            }
            let meta = &whole["metadata"];
            json!({"name": meta["name"], "labels": meta["labels"], "annotations": meta["annotations"],
                "spec": whole["spec"]})
        };
        all.iter().map(spec).collect()
    }

    /// The journals, the lease and the Pods of runs that are there, and the copies of their notes, by name.
    pub fn traces(&self) -> Vec<String> {
        self.block_on(async {
            let ours = ListParams::default().labels(RUN_LABEL);
            let maps = self.cluster.api::<ConfigMap>().list(&ours).await.unwrap().items;
            let leases = self.cluster.api::<Lease>().list(&ours).await.unwrap().items;
            let pods = self.cluster.api::<Pod>().list(&ours).await.unwrap().items;
            let names = maps.into_iter().filter_map(|one| one.metadata.name);
            let names = names.chain(leases.into_iter().filter_map(|one| one.metadata.name));
            let sets = self.cluster.api::<ReplicaSet>().list(&ListParams::default()).await.unwrap().items;
            let copies = sets.into_iter().filter(|set| {
                set.metadata.annotations.iter().flatten().any(|(key, _)| key.starts_with(UNDO_PREFIX))
            });
            let names = names.chain(pods.into_iter().filter_map(|one| one.metadata.name));
            names.chain(copies.filter_map(|one| one.metadata.name)).collect()
        })
    }

    /// The cluster becomes as it was, and nothing of a run is left.
    pub fn is_as_before(&self, before: &Value) {
        let is = || self.state() == *before && self.traces().is_empty();
        wait_for(is, || format!("{:#}\nis not {before:#}\n{:?}", self.state(), self.traces()));
    }

    /// The field of the Deployment that faults of these stories change becomes this.
    pub fn replicas_become(&self, wanted: i32) {
        let now = || self.block_on(self.cluster.api::<Deployment>().get("api")).unwrap().spec.replicas;
        wait_for(|| now() == Some(wanted), || format!("{:?} replicas, not {wanted}", now()));
    }

    /// Runs a command until it ends with this code.
    pub fn until(&self, code: i32, args: &[&str]) -> Ended {
        let begun = Instant::now();
        loop {
            let ended = self.program.run(args);
            if ended.code == Some(code) {
                return ended;
            }
            assert!(begun.elapsed() < PATIENCE, "never {code}: {ended}");
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// Applies what a command printed.
    pub fn apply(&self, text: &str) {
        let manifests = Manifest::parse(Path::new("printed.yaml"), text).unwrap();
        self.block_on(self.cluster.apply(&manifests)).unwrap();
    }

    /// A kubeconfig with the token of an account.
    pub fn kubeconfig_of(&self, account: &str) -> String {
        let request: TokenRequest =
            serde_json::from_value(json!({"metadata": {}, "spec": {"audiences": []}})).unwrap();
        let accounts = self.cluster.api::<ServiceAccount>();
        let params = PostParams::default();
        let asked = accounts.create_token_request(account, &params, &request);
        let token = self.block_on(asked).unwrap().status.unwrap().token.unwrap();
        let mut file: Value = serde_json::from_str(&fs::read_to_string(&self.kubeconfig).unwrap()).unwrap();
        file["users"][0]["user"] = json!({"token": token});
        self.program.write("account.kubeconfig", file.to_string());
        self.program.folder().join("account.kubeconfig").to_str().unwrap().to_owned()
    }

    /// The events of the newest run.
    pub fn events(&self) -> Vec<Value> {
        let folder = self.program.saved().pop().expect("a run was saved");
        let text = self.program.read(&format!("{folder}/events.jsonl"));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The phases of a fault, in the order in which they were told.
    pub fn phases(&self, fault: u64) -> Vec<String> {
        let steps = self.events();
        let steps = steps.iter().map(|event| &event["kind"]["fault"]).filter(|step| step["fault"] == fault);
        steps.map(|step| step["phase"].as_str().unwrap().to_owned()).collect()
    }
}

/// Looks again and again; `what` says how it is when it never becomes so.
pub fn wait_for(is: impl Fn() -> bool, what: impl Fn() -> String) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < PATIENCE, "{}", what());
        std::thread::sleep(Duration::from_millis(50));
    }
}
