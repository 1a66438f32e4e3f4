//! Asking the server beforehand whether it would take what is planned. Nothing is changed.

use super::inject::{TRIES, ask_attachment, ask_eviction, changes_of, deletion, has_moved, own_object};
use super::{Deed, FaultContext, Lasting, Plan, Refusal, clash};
use crate::cluster::{ClusterError, ObjectRef};
use kube::api::{DeleteParams, PatchParams, PostParams};

/// Asks for every deed by itself; gives what people should know of what the server said: a budget that protects a Pod
/// is a result of the fault, not a refusal of the plan. Errors: the server would refuse a deed.
pub async fn dry_run(plan: &Plan, cx: &FaultContext) -> Result<Vec<String>, Refusal> {
    let mut warnings = Vec::new();
    for deed in &plan.deeds {
        deed.is_free(cx).await?;
        match deed.dry_run(cx).await {
            Err(error) if error.code() == Some(429) && matches!(deed, Deed::Evict { .. }) => {
                warnings.push(error.to_string());
            }
            answer => answer?,
        }
    }
    Ok(warnings)
}

impl Deed {
    /// Errors: another fault has changed a field that it would change.
    async fn is_free(&self, cx: &FaultContext) -> Result<(), Refusal> {
        let Deed::Change { object, fields, lasting: Lasting::UntilUndone, .. } = self else { return Ok(()) };
        let present = cx.cluster.present(object).await?;
        present.map_or(Ok(()), |present| clash::on_object(object, &present, fields))
    }

    async fn dry_run(&self, cx: &FaultContext) -> Result<(), ClusterError> {
        let (cluster, doing) = (&cx.cluster, format!("{self} (tried without doing it)"));
        let post = PostParams { dry_run: true, ..PostParams::default() };
        match self {
            Deed::Change { object, subresource, fields, lasting } => {
                // The size of the note counts, not its number.
                let note = (*lasting == Lasting::UntilUndone).then_some(0);
                let mut tries = 1;
                loop {
                    let Some(present) = cluster.present(object).await? else { return Ok(()) };
                    let changes = changes_of(cx, &present, *subresource, fields, note);
                    match cluster.try_fields(object, *subresource, &present, &changes).await {
                        Err(error) if has_moved(&error) && tries < TRIES => tries += 1,
                        answer => return answer,
                    }
                }
            }
            Deed::Create { manifest } => {
                let object = own_object(cx, manifest)?;
                let api = cluster.among(&ObjectRef::of_manifest(&object));
                cluster.call(&doing, api.create(&post, &object)).await.map(drop)
            }
            Deed::Delete { pod, grace } => {
                let params = DeleteParams { dry_run: true, ..deletion(pod, *grace) };
                cluster.call(&doing, cluster.among(pod).delete(&pod.name, &params)).await.map(drop)
            }
            Deed::Evict { pod, grace } => ask_eviction(cx, pod, *grace, &post).await,
            Deed::Attach { pod, container } => {
                let params = PatchParams { dry_run: true, ..PatchParams::default() };
                ask_attachment(cx, pod, container, &params).await
            }
            // A command cannot be tried without running it.
            Deed::AwaitReady { .. } | Deed::Run { .. } | Deed::Exec { .. } => Ok(()),
        }
    }
}
