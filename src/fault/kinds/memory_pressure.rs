//! A container in the Pods takes memory.

use crate::cluster::Right;
use crate::fault::ephemeral::{attach, attach_rights, check_ends};
use crate::fault::select::{HowMany, Pods, victims};
use crate::fault::{FaultContext, FaultKind, Plan, Planning};
use crate::units::{Bytes, Ratio};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// A container in the Pods takes memory until the fault ends. Where the Pods have a limit, the kernel may end one of
/// their containers when it is reached; where not, the node comes under pressure and may evict Pods of others too.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryPressure {
    /// Which: a label selector such as `app=api`, or a map with `labels`, `names`, `owner`, `node` or `zone`.
    pub pods: Pods,
    /// How many of them; all when neither this nor `percent` is given.
    pub count: Option<u32>,
    /// Which share of them, rounded up.
    pub percent: Option<Ratio>,
    /// So many ready ones are left alone.
    #[serde(default)]
    pub leave: u32,
    /// How much it takes.
    pub size: Bytes,
}

impl FaultKind for MemoryPressure {
    fn name(&self) -> &'static str {
        "memory_pressure"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = self.pods.rights(namespace);
        needed.extend(attach_rights(namespace));
        needed
    }

    fn check(&self, lasts: Option<Duration>) -> Result<(), String> {
        if self.size.get() == 0 {
            return Err("`size` is nothing at all; write for example `size: 256MiB`".to_owned());
        }
        check_ends(self.name(), lasts)
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
            let chosen = self.pods.choose(cx, how_many).await?;
            let attached =
                attach(cx, &chosen, &["pressure", "memory", "--size", &format!("{}B", self.size.get())])?;
            let warnings = vec![
                "the Pods keep a container that has ended until they are replaced; its node feels it where the Pods have no limit"
                    .to_owned(),
            ];
            let victims = victims(&chosen)?;
            Ok(Plan { victims, deeds: attached.deeds, proof: Arc::new(attached.proof), warnings })
        })
    }
}
