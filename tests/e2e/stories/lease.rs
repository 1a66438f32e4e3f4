//! One holder at a time.

use crate::stage::*;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::PostParams;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_has_one_holder_and_a_stale_renewal_is_refused() {
    let stage = Stage::new("lease").await;
    let mine = json!({"metadata": {"name": "shakedown"},
        "spec": {"holderIdentity": "one", "leaseDurationSeconds": 15, "renewTime": "2026-01-01T00:00:00.000000Z"}});
    let first: Lease = stage.create(&mine).await;
    let leases = stage.api::<Lease>();
    let again = leases.create(&PostParams::default(), &object(&mine)).await;
    wants(
        &refused(again),
        409,
        "AlreadyExists",
        &["leases.coordination.k8s.io \"shakedown\" already exists"],
    );

    let mut renewed = first.clone();
    renewed.spec.as_mut().unwrap().holder_identity = Some("two".to_owned());
    leases.replace("shakedown", &PostParams::default(), &renewed).await.unwrap();
    let late = leases.replace("shakedown", &PostParams::default(), &first).await;
    wants(&refused(late), 409, "Conflict", &["the object has been modified"]);
    let now = leases.get("shakedown").await.unwrap();
    assert_eq!(now.spec.unwrap().holder_identity.as_deref(), Some("two"));
    stage.end().await;
}
