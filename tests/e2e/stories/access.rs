//! What an account may do, asked before and found out after.

use crate::stage::*;
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{Pod, ServiceAccount};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, Client};
use serde_json::json;

async fn may(client: &Client, namespace: &str, verb: &str) -> bool {
    let review = json!({"metadata": {}, "spec": {"resourceAttributes":
        {"namespace": namespace, "verb": verb, "resource": "pods"}}});
    let reviews = Api::<SelfSubjectAccessReview>::all(client.clone());
    let answer = reviews.create(&PostParams::default(), &object(&review)).await.unwrap();
    answer.status.unwrap().allowed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_tells_before_what_a_403_tells_after() {
    let stage = Stage::new("access").await;
    stage.create::<ServiceAccount>(&json!({"metadata": {"name": "reader"}})).await;
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]);
    stage.create::<Role>(&json!({"metadata": {"name": "reader"}, "rules": rules})).await;
    stage
        .create::<RoleBinding>(&json!({"metadata": {"name": "reader"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": stage.namespace}]}))
        .await;
    let request: TokenRequest = object(&json!({"metadata": {}, "spec": {"audiences": []}}));
    let accounts = stage.api::<ServiceAccount>();
    let token = accounts.create_token_request("reader", &PostParams::default(), &request).await.unwrap();
    let reader = stage.client_of(&token.status.unwrap().token.unwrap()).await;

    let verbs = ["get", "list", "delete", "watch"];
    let mut allowed = Vec::new();
    for verb in verbs {
        allowed.push(may(&reader, &stage.namespace, verb).await);
    }
    assert_eq!(allowed, [true, true, false, false]);
    assert!(!may(&reader, "default", "get").await, "nothing elsewhere");

    let pods = Api::<Pod>::namespaced(reader, &stage.namespace);
    assert!(pods.list(&ListParams::default()).await.unwrap().items.is_empty());
    let account = format!("User \"system:serviceaccount:{}:reader\"", stage.namespace);
    let status = refused(pods.delete("any", &DeleteParams::default()).await);
    wants(&status, 403, "Forbidden", &[&account, "cannot delete resource \"pods\" in API group \"\""]);

    let nobody = Api::<Pod>::namespaced(stage.client_of("no-such-token").await, &stage.namespace);
    wants(&refused(nobody.list(&ListParams::default()).await), 401, "Unauthorized", &["Unauthorized"]);
    stage.end().await;
}
