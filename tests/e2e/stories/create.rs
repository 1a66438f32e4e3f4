//! From a manifest to answers.

use crate::stage::*;
use k8s_openapi::api::core::v1::Pod;

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_becomes_ready_and_answers() {
    let stage = Stage::new("create").await;
    let (pods, slices) = (Timeline::<Pod>::from_now(&stage).await, Timeline::from_now(&stage).await);
    let shop = Shop::new(&stage, 3).await;
    for name in shop.names().await {
        let own = |change: &Change<Pod>| change.object().metadata.name.as_deref() == Some(&name);
        let seen = pods.until("it is ready", |change| own(change) && is_ready(change.object())).await;
        let phases: Vec<_> =
            seen.iter().filter(|change| own(change)).map(|change| phase(change.object())).collect();
        assert_eq!((phases[0].as_str(), phases.last().unwrap().as_str()), ("Pending", "Running"));
        // An endpoint that runs and is not ready yet may have been too short to be told of.
        let told = until_told(&slices, &name, Some(READY)).await;
        assert!(told.iter().all(|now| [None, Some(STARTING), Some(READY)].contains(now)), "{told:?}");
    }
    let mut stream = shop.connection().await;
    assert_eq!(request(&mut stream).await.unwrap(), 200, "and it stays open");
    stage.end().await;
}

fn phase(pod: &Pod) -> String {
    pod.status.clone().unwrap_or_default().phase.unwrap_or_default()
}
