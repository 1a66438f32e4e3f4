//! A run that injects one fault after the other.

use crate::stage::{PATIENCE, Stage, image};
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::ListParams;
use serde_json::Value;
use shakedown::cluster::{Access, Cluster, Journal, RUN_LABEL, RunId};
use shakedown::fault::{
    Effect, FaultContext, FaultKind, Helpers, Injected, Plan, Refusal, Taken, dry_run, take_back,
};
use std::time::Duration;

/// A run in the namespace of a stage.
pub struct Bench<'a> {
    pub stage: &'a Stage,
    pub cx: FaultContext,
    journal: Journal,
}

/// A fault that acts.
pub struct Acting {
    pub plan: Plan,
    taken: Vec<Taken>,
}

impl<'a> Bench<'a> {
    pub async fn new(stage: &'a Stage) -> Bench<'a> {
        let access = Access {
            kubeconfig: Some(stage.world.kubeconfig().clone()),
            context: None,
            namespace: Some(stage.namespace.clone()),
        };
        let cluster = Cluster::connect(&access).await.unwrap();
        let run = RunId::new(rand::random());
        let journal = Journal::begin(&cluster, &run).await.unwrap();
        let helpers = Helpers { image: image(), ..Helpers::default() };
        let cx = FaultContext { cluster, run, fault: "the-fault".to_owned(), lasts: None, helpers, seed: 7 };
        Bench { stage, cx, journal }
    }

    /// Why the fault is not even tried.
    pub async fn refuses(&self, kind: &dyn FaultKind) -> String {
        let refused: Result<Vec<String>, Refusal> = async {
            let plan = kind.plan(&self.cx).await?;
            dry_run(&plan, &self.cx).await
        }
        .await;
        refused.expect_err("a refusal").to_string()
    }

    pub async fn inject(&self, kind: &dyn FaultKind) -> Acting {
        let plan = kind.plan(&self.cx).await.unwrap();
        assert!(!plan.victims.is_empty());
        let mut taken = Vec::new();
        let injected = plan.inject(&self.cx, &self.journal, &mut taken).await.unwrap();
        assert_eq!(injected, Injected::Done);
        assert_eq!(self.journal.entries().await.unwrap().len(), taken.len(), "each undo is written down");
        Acting { plan, taken }
    }

    pub async fn proves(&self, acting: &Acting, within: Duration) -> Effect {
        acting.plan.proof.prove(&self.cx, within).await
    }

    /// What was seen as the proof.
    pub async fn proven(&self, acting: &Acting) -> String {
        match self.proves(acting, PATIENCE).await {
            Effect::Proven(what) => what,
            Effect::Unproven(why) => panic!("{why}"),
        }
    }

    /// Takes it back: all of it, and nothing of this run is left but its journal.
    pub async fn take_back(&self, acting: Acting) {
        let back = take_back(&self.cx, &self.journal, acting.taken, PATIENCE).await;
        assert!(back.left.is_empty(), "{:?}", back.left);
        assert!(back.overtaken.is_empty(), "{:?}", back.overtaken);
        assert_eq!(self.journal.entries().await.unwrap(), Vec::new());
        let own = ListParams::default().labels(&format!("{RUN_LABEL}={}", self.cx.run));
        self.stage
            .until("everything of the run is gone", async || {
                let services = self.stage.api::<Service>().list(&own).await.unwrap().items.len();
                let pods = self.stage.api::<Pod>().list(&own).await.unwrap().items.len();
                let policies = self.stage.api::<NetworkPolicy>().list(&own).await.unwrap().items.len();
                (services + pods + policies == 0).then_some(())
            })
            .await;
    }

    pub async fn end(self) {
        self.journal.end().await.unwrap();
    }
}

/// What a fault may change of an object: all but what the server counts.
pub fn image_of<K: serde::Serialize>(object: &K) -> Value {
    let mut value = serde_json::to_value(object).unwrap();
    let metadata = value["metadata"].as_object_mut().unwrap();
    for counted in ["resourceVersion", "generation", "managedFields"] {
        metadata.remove(counted);
    }
    if metadata.get("annotations").is_some_and(|all| all.as_object().unwrap().is_empty()) {
        metadata.remove("annotations");
    }
    value.as_object_mut().unwrap().remove("status");
    value
}

/// A kind with these settings.
pub fn kind<K: serde::de::DeserializeOwned + FaultKind>(settings: Value) -> K {
    let kind: K = serde_json::from_value(settings).unwrap();
    kind.check(None).unwrap();
    kind
}
