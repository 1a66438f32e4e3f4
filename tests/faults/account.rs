//! An account that has the rights of a list and no other.

use crate::stage::{Stage, object};
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::config::{AuthInfo, Kubeconfig};
use serde_json::{Value, json};
use shakedown::cluster::{Access, Cluster, Right};
use tempfile::NamedTempFile;

/// Its name in the namespace.
const NAME: &str = "least";

/// The account.
pub struct Account<'s> {
    stage: &'s Stage,
    /// What the token stands in.
    pub kubeconfig: NamedTempFile,
    cluster: Cluster,
}

impl<'s> Account<'s> {
    pub async fn new(stage: &'s Stage) -> Account<'s> {
        stage.create::<ServiceAccount>(&json!({"metadata": {"name": NAME}})).await;
        let subjects = json!([{"kind": "ServiceAccount", "name": NAME, "namespace": stage.namespace}]);
        let role = |kind: &str, name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
        stage.create::<Role>(&json!({"metadata": {"name": NAME}, "rules": []})).await;
        stage
            .create::<RoleBinding>(
                &json!({"metadata": {"name": NAME}, "roleRef": role("Role", NAME), "subjects": subjects}),
            )
            .await;
        let (wide, params) = (stage.namespace.as_str(), PostParams::default());
        let roles = Api::<ClusterRole>::all(stage.client.clone());
        roles.create(&params, &object(&json!({"metadata": {"name": wide}, "rules": []}))).await.unwrap();
        let binding =
            json!({"metadata": {"name": wide}, "roleRef": role("ClusterRole", wide), "subjects": subjects});
        let bindings = Api::<ClusterRoleBinding>::all(stage.client.clone());
        bindings.create(&params, &object(&binding)).await.unwrap();

        let request: TokenRequest = object(&json!({"metadata": {}, "spec": {"audiences": []}}));
        let token =
            stage.api::<ServiceAccount>().create_token_request(NAME, &params, &request).await.unwrap();
        let token = token.status.unwrap().token.unwrap();
        let mut file = Kubeconfig::read_from(stage.world.kubeconfig()).unwrap();
        for user in &mut file.auth_infos {
            user.auth_info = Some(AuthInfo { token: Some(token.clone().into()), ..AuthInfo::default() });
        }
        let kubeconfig = NamedTempFile::new().unwrap();
        // What serde writes hides the token.
        let mut text = serde_json::to_value(&file).unwrap();
        for user in text["users"].as_array_mut().unwrap() {
            user["user"]["token"] = json!(token);
        }
        std::fs::write(kubeconfig.path(), text.to_string()).unwrap();
        let access = Access {
            kubeconfig: Some(kubeconfig.path().to_owned()),
            context: None,
            namespace: Some(stage.namespace.clone()),
        };
        let cluster = Cluster::connect(&access).await.unwrap();
        Account { stage, kubeconfig, cluster }
    }

    /// Gives it these rights, and takes all others; waits until the server knows.
    pub async fn may_only(&self, rights: &[Right], not: Option<&Right>) {
        let (own, wide): (Vec<&Right>, Vec<&Right>) =
            rights.iter().filter(|right| Some(*right) != not).partition(|right| right.namespace.is_some());
        let (params, wide_roles) =
            (PatchParams::default(), Api::<ClusterRole>::all(self.stage.client.clone()));
        self.stage.api::<Role>().patch(NAME, &params, &Patch::Merge(rules(&own))).await.unwrap();
        wide_roles.patch(&self.stage.namespace, &params, &Patch::Merge(rules(&wide))).await.unwrap();
        self.stage
            .until("the roles are known", async || {
                for right in rights {
                    if self.cluster.may(right).await.unwrap() == (Some(right) == not) {
                        return None;
                    }
                }
                Some(())
            })
            .await;
    }

    /// What is not in the namespace goes here.
    pub async fn end(self) {
        let (client, name, params) =
            (self.stage.client.clone(), &self.stage.namespace, DeleteParams::default());
        Api::<ClusterRoleBinding>::all(client.clone()).delete(name, &params).await.unwrap();
        Api::<ClusterRole>::all(client).delete(name, &params).await.unwrap();
    }
}

fn rules(rights: &[&Right]) -> Value {
    let rule = |right: &&Right| json!({"apiGroups": [right.group], "resources": [right.resource], "verbs": [right.verb]});
    json!({"rules": rights.iter().map(rule).collect::<Vec<_>>()})
}
