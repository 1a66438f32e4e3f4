//! Containers get less CPU than they had.

use crate::cluster::{ObjectRef, Right};
use crate::fault::proof::{Resized, ResizedContainer};
use crate::fault::resources::{Lowered, lower};
use crate::fault::select::{HowMany, Pods, victims};
use crate::fault::{Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Refusal, rights};
use crate::units::{Cpu, Ratio};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// The least that nodes hold a container to: the kernel rounds less up.
const LEAST: Cpu = Cpu::millicores(10);

/// The CPU limit of running containers is lowered, without a restart. It needs Kubernetes 1.33.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CpuLimit {
    /// Which: a label selector such as `app=api`, or a map with `labels`, `names`, `owner`, `node` or `zone`.
    pub pods: Pods,
    /// How many of them; all when neither this nor `percent` is given.
    pub count: Option<u32>,
    /// Which share of them, rounded up.
    pub percent: Option<Ratio>,
    /// So many ready ones are left alone.
    #[serde(default)]
    pub leave: u32,
    /// The container; all of the Pod when it is left out.
    pub container: Option<String>,
    /// The limit meanwhile, as Kubernetes writes it: `50m` is a twentieth of a processor.
    pub limit: Cpu,
}

impl FaultKind for CpuLimit {
    fn name(&self) -> &'static str {
        "cpu_limit"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = self.pods.rights(namespace);
        needed.extend(rights(namespace, "", "pods", &["get", "watch"]));
        needed.extend(rights(namespace, "", "pods/resize", &["patch"]));
        needed
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        if self.limit < LEAST {
            return Err(format!(
                "a limit of {} is less than nodes can hold to; write {LEAST} or more",
                self.limit
            ));
        }
        Ok(())
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
            let chosen = self.pods.choose(cx, how_many).await?;
            let mut victims = victims(&chosen)?;
            let (mut deeds, mut containers, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
            for (pod, victim) in chosen.iter().zip(&mut victims) {
                let object = ObjectRef::of(pod);
                let present = serde_json::to_value(pod).unwrap_or_default();
                let refused = |why: String| Refusal::dangerous(object.clone(), why);
                let lowered = lower(&present, self.container.as_deref(), self.limit).map_err(refused)?;
                let Lowered { fields, containers: names, restarted } = lowered;
                victim.detail = format!("{}, {}", victim.detail, names.join(", "));
                warnings.extend(restarted.iter().map(|name| {
                    format!("container {name} of {object} restarts when its CPU changes (its resizePolicy)")
                }));
                containers
                    .extend(names.into_iter().map(|name| ResizedContainer { pod: object.clone(), name }));
                let (subresource, lasting) = (Some("resize"), Lasting::UntilUndone);
                deeds.push(Deed::Change { object, subresource, fields, lasting });
            }
            let proof = Resized { containers, limit: self.limit.to_string() };
            Ok(Plan { victims, deeds, proof: Arc::new(proof), warnings })
        })
    }
}
