//! Each kind needs the rights that it says, and not one less.

use crate::bench::{Bench, kind};
use crate::stage::*;
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::api::{Patch, PatchParams, PostParams};
use kube::config::{AuthInfo, Kubeconfig};
use serde_json::{Value, json};
use shakedown::cluster::{Access, Cluster, Right};
use shakedown::fault::FaultKind;
use shakedown::fault::kinds::{Command, Network, Partition, SelectorSwitch, ServiceBlackhole};

/// An account whose rights can be set.
struct Account<'a> {
    stage: &'a Stage,
    cluster: Cluster,
}

impl<'a> Account<'a> {
    async fn new(stage: &'a Stage) -> Account<'a> {
        let name = json!({"name": "tester"});
        stage.create::<ServiceAccount>(&json!({"metadata": name})).await;
        stage.create::<Role>(&json!({"metadata": name, "rules": []})).await;
        stage
            .create::<RoleBinding>(&json!({"metadata": name,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "tester"},
                "subjects": [{"kind": "ServiceAccount", "name": "tester", "namespace": stage.namespace}]}))
            .await;
        let request: TokenRequest = object(&json!({"metadata": {}, "spec": {"audiences": []}}));
        let accounts = stage.api::<ServiceAccount>();
        let token = accounts.create_token_request("tester", &PostParams::default(), &request).await.unwrap();
        let mut file = Kubeconfig::read_from(stage.world.kubeconfig()).unwrap();
        for user in &mut file.auth_infos {
            let token = token.status.clone().and_then(|status| status.token).map(Into::into);
            user.auth_info = Some(AuthInfo { token, ..AuthInfo::default() });
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kubeconfig");
        std::fs::write(&path, serde_json::to_string(&file).unwrap()).unwrap();
        let access =
            Access { kubeconfig: Some(path), context: None, namespace: Some(stage.namespace.clone()) };
        Account { stage, cluster: Cluster::connect(&access).await.unwrap() }
    }

    /// It may do this and nothing else.
    async fn may(&self, rights: &[Right]) {
        let rule = |right: &Right| json!({"apiGroups": [right.group], "resources": [right.resource], "verbs": [right.verb]});
        let rules: Vec<Value> = rights.iter().map(rule).collect();
        let patch = Patch::Merge(json!({"rules": rules}));
        self.stage.api::<Role>().patch("tester", &PatchParams::default(), &patch).await.unwrap();
    }
}

/// Whether a message names the right that was missing, as the server words it.
fn names(words: &str, right: &Right) -> bool {
    words.contains(&format!("cannot {} resource \"{}\"", right.verb, right.resource))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_right_less_is_refused_by_its_name() {
    let stage = Stage::new("rights").await;
    let shop = Shop::new(&stage, 1).await;
    let bench = Bench::new(&stage).await;
    let account = Account::new(&stage).await;
    let labels = shop.pods().await.remove(0).metadata.labels.unwrap();
    let mut kinds: Vec<Box<dyn FaultKind>> = vec![
        Box::new(kind::<ServiceBlackhole>(json!({"service": "shop"}))),
        Box::new(kind::<SelectorSwitch>(json!({"service": "shop", "to": labels}))),
        Box::new(kind::<Network>(json!({"service": "shop", "reset": true}))),
        Box::new(kind::<Partition>(json!({"pods": "app=shop", "direction": "egress"}))),
    ];
    // On a cluster the image has no other programs.
    if stage.world.is_playground() {
        let settings =
            json!({"run": ["true"], "undo": ["true"], "check": ["true"], "in": {"pods": "app=shop"}});
        kinds.push(Box::new(kind::<Command>(settings)));
    }
    for kind in &kinds {
        let all = kind.rights(&stage.namespace);
        account.may(&all).await;
        if let Err(stopped) = bench.whole(&account.cluster, kind.as_ref()).await {
            panic!("{} needs more than it says to {}: {}", kind.name(), stopped.phase, stopped.words);
        }
        for missing in &all {
            let fewer: Vec<Right> = all.iter().filter(|right| *right != missing).cloned().collect();
            // Newer servers want `create` for a command, older ones `get`.
            if missing.resource == "pods/exec" {
                continue;
            }
            account.may(&fewer).await;
            match bench.whole(&account.cluster, kind.as_ref()).await {
                // What the first list shows already needs no watch.
                Ok(()) => assert_eq!(missing.verb, "watch", "{} does without {missing}", kind.name()),
                Err(stopped) => {
                    assert!(names(&stopped.words, missing), "{} without {missing}: {stopped:?}", kind.name());
                }
            }
        }
    }
    bench.end().await;
    stage.end().await;
}
