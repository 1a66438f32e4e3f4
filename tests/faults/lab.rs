//! A run in the small: one fault after the other is planned, injected, proven and taken back by the library.

use crate::stage::{PATIENCE, Stage, image};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::ListParams;
use kube::core::NamespaceResourceScope;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shakedown::cluster::{Access, Cluster, Journal, RUN_LABEL, RunId};
use shakedown::fault::{
    Effect, Fault, FaultContext, FaultSpec, Helpers, InjectError, Injected, Plan, Refusal, Taken, TakenBack,
    dry_run, take_back,
};
use shakedown::source::{Budget, Located, decode, parse};
use std::fmt::Debug;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The fault that a scenario would have there, by the text of its map.
pub fn fault(text: &str) -> Fault {
    let mut problems = Vec::new();
    let mut tree = parse(text, 0, &mut Budget::default(), &mut problems).expect("YAML");
    let spec = decode::<Located<FaultSpec>>(&mut tree, &mut problems);
    let fault = spec.and_then(|spec| FaultSpec::compile(&spec, &mut problems));
    fault.unwrap_or_else(|| panic!("{text}: {problems:#?}"))
}

/// A run with a journal.
pub struct Lab<'s> {
    pub stage: &'s Stage,
    pub cx: FaultContext,
    journal: Journal,
    taken: Vec<Taken>,
}

impl<'s> Lab<'s> {
    /// A run as whoever the kubeconfig names.
    pub async fn new(stage: &'s Stage) -> Lab<'s> {
        Lab::of(stage, stage.world.kubeconfig()).await
    }

    /// A run with another kubeconfig.
    pub async fn of(stage: &'s Stage, kubeconfig: &Path) -> Lab<'s> {
        let access = Access {
            kubeconfig: Some(kubeconfig.to_owned()),
            context: None,
            namespace: Some(stage.namespace.clone()),
        };
        let cluster = Cluster::connect(&access).await.unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let run = RunId::new(u64::from(now.subsec_nanos()) ^ (now.as_secs() << 20));
        let journal = Journal::begin(&cluster, &run).await.unwrap();
        let helpers = Helpers { image: image(), ..Helpers::default() };
        let lasts = Some(Duration::from_mins(1));
        let cx = FaultContext { cluster, run, fault: "story".to_owned(), lasts, helpers, seed: 7 };
        Lab { stage, cx, journal, taken: Vec::new() }
    }

    /// What it would do, when the server would take it.
    pub async fn plan(&self, fault: &Fault) -> Result<Plan, Refusal> {
        let plan = fault.kind.plan(&self.cx).await?;
        dry_run(&plan, &self.cx).await?;
        Ok(plan)
    }

    pub async fn inject(&mut self, plan: &Plan) -> Result<Injected, InjectError> {
        plan.inject(&self.cx, &self.journal, &mut self.taken).await
    }

    pub async fn prove(&self, plan: &Plan, within: Duration) -> Effect {
        plan.proof.prove(&self.cx, within).await
    }

    /// Plans, injects and proves; gives the plan and what was seen.
    pub async fn act(&mut self, text: &str) -> (Plan, String) {
        let plan = self.plan(&fault(text)).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!plan.victims.is_empty() && !plan.proof.what().is_empty());
        let injected = self.inject(&plan).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(injected, Injected::Done, "{text}");
        match self.prove(&plan, PATIENCE).await {
            Effect::Proven(seen) => (plan, seen),
            Effect::Unproven(why) => panic!("{text}: {why}"),
        }
    }

    pub async fn take_back(&mut self) -> TakenBack {
        take_back(&self.cx, &self.journal, std::mem::take(&mut self.taken), PATIENCE).await
    }

    /// Takes back what can be; why the rest cannot be now, in words.
    pub async fn take_back_in_vain(&mut self) -> Option<String> {
        let back = self.take_back().await;
        let why = back.left.first().map(|left| left.error.to_string());
        self.taken = back.left.into_iter().rev().map(|left| left.taken).collect();
        why
    }

    /// Takes back; all of it must work, and the journal must be empty.
    pub async fn undo(&mut self) {
        let back = self.take_back().await;
        assert!(back.overtaken.is_empty() && back.left.is_empty(), "{back:?}");
        assert_eq!(self.journal.entries().await.unwrap(), [], "all is struck out");
    }

    /// Ends the run; nothing of it may be left.
    pub async fn end(mut self) {
        self.undo().await;
        let Lab { stage, cx, journal, .. } = self;
        journal.end().await.unwrap();
        none_left::<ConfigMap>(stage, &cx.run).await;
        none_left::<Pod>(stage, &cx.run).await;
        none_left::<Service>(stage, &cx.run).await;
        none_left::<NetworkPolicy>(stage, &cx.run).await;
        none_left::<Deployment>(stage, &cx.run).await;
        none_left::<ReplicaSet>(stage, &cx.run).await;
    }
}

async fn none_left<K>(stage: &Stage, run: &RunId)
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let params = ListParams::default().labels(&format!("{RUN_LABEL}={run}"));
    let left = async || stage.api::<K>().list(&params).await.unwrap().items.is_empty().then_some(());
    stage.until("nothing of the run is left", left).await;
}

/// What people wrote of an object: its spec and its annotations, without the number that its controller keeps there.
pub fn written(object: &impl serde::Serialize) -> Value {
    let object = serde_json::to_value(object).unwrap();
    let mut annotations = object["metadata"]["annotations"].clone();
    if let Some(map) = annotations.as_object_mut() {
        map.remove("deployment.kubernetes.io/revision");
    }
    let annotations = annotations.as_object().filter(|map| !map.is_empty()).cloned();
    serde_json::json!({"spec": object["spec"], "annotations": annotations})
}

/// The shop's Deployment as people wrote it.
pub async fn shop_as_written(stage: &Stage) -> Value {
    written(&stage.api::<Deployment>().get("shop").await.unwrap())
}
