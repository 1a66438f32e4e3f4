//! Telling others in the cluster: an Event beside the object that something was done to.

use super::{Cluster, ClusterError, ObjectRef, RUN_LABEL, RunId};
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::PostParams;
use serde_json::json;

impl Cluster {
    /// Leaves a note at an object, which `kubectl describe` shows: `what` was done, in one word (`PodKill`), and in a
    /// sentence.
    pub async fn notice(
        &self,
        run: &RunId,
        object: &ObjectRef,
        what: &str,
        note: &str,
    ) -> Result<(), ClusterError> {
        // An event is in the namespace of what it is about, and we may leave one in ours alone: so that of a node is there.
        let namespace = object.namespace.as_deref().unwrap_or(self.namespace());
        let now = json!(MicroTime(jiff::Timestamp::now()));
        let event: Event = self.typed(
            "leave a note",
            json!({
                "metadata": {"generateName": format!("{}.shakedown-", object.name), "labels": {RUN_LABEL: run}},
                "eventTime": now, "type": "Warning", "reason": what, "action": what, "note": note,
                "reportingController": "shakedown.dev/run", "reportingInstance": run,
                "regarding": {"apiVersion": object.api_version, "kind": object.kind, "name": object.name,
                    "namespace": namespace, "uid": object.uid},
            }),
        )?;
        let doing = format!("leave a note at {object}");
        self.call(&doing, self.api::<Event>().create(&PostParams::default(), &event)).await.map(drop)
    }
}
