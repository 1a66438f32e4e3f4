//! What shakedown builds upon in Kubernetes, seen by kube, by watches and by real requests: against the playground,
//! or against the cluster of the kubeconfig in `SHAKEDOWN_E2E_KUBECONFIG`.
//!
//! Each story has a namespace of its own, which it removes. On a cluster the image of the Pods is
//! `SHAKEDOWN_E2E_IMAGE` (default `shakedown`), an image of this program; cluster IPs must be reachable from here.
//! Where a story must differ between the two, [`stage::World`] is asked, and a comment says why.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "stage/mod.rs"]
mod stage;
#[path = "stories/mod.rs"]
mod stories;
