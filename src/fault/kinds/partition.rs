//! Pods are cut off from the network.

use crate::cluster::Right;
use crate::fault::quarantine::{Direction, Quarantine, cut_rights, holes};
use crate::fault::select::{HowMany, Pods, everyone, victims};
use crate::fault::{FaultContext, FaultKind, Plan, Planning, caution, proof};
use crate::units::Ratio;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Pods are cut off from the network by a `NetworkPolicy` that is for them alone. Whether that acts is the matter of the
/// cluster's network, and whether open connections feel it too; both are tried.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// Which: a label selector such as `app=api`, or a map with `labels`, `names`, `owner`, `node` or `zone`.
    pub pods: Pods,
    /// How many of them; all when neither this nor `percent` is given.
    #[serde(default)]
    pub count: Option<u32>,
    /// Which share of them, rounded up.
    #[serde(default)]
    pub percent: Option<Ratio>,
    /// So many ready ones are left alone.
    #[serde(default)]
    pub leave: u32,
    /// Only these TCP ports, as the Pods know them; everything when they are left out.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// What comes in, what goes out, or both, which is what is meant when it is left out.
    #[serde(default)]
    pub direction: Direction,
}

impl Partition {
    /// These Pods are cut off altogether.
    pub fn of(pods: Pods) -> Partition {
        Partition {
            pods,
            count: None,
            percent: None,
            leave: 0,
            ports: Vec::new(),
            direction: Direction::Both,
        }
    }
}

impl FaultKind for Partition {
    fn name(&self) -> &'static str {
        "partition"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = self.pods.rights(namespace);
        all.extend(cut_rights(namespace));
        all
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        if self.ports.contains(&0) {
            return Err("0 is no port; name the ports that the Pods listen on".to_owned());
        }
        Ok(())
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
            let chosen = self.pods.choose(cx, how_many).await?;
            let victims = victims(&chosen)?;
            let name = cx.own_name("quarantine");
            let quarantine = Quarantine { name: &name, ports: &self.ports, direction: self.direction };
            let mut warnings = holes(cx, &chosen, self.direction).await?;
            warnings.extend(caution::replicas(&everyone(cx).await?, &chosen));
            Ok(Plan {
                deeds: quarantine.deeds(&chosen),
                proof: Arc::new(proof::Parted::of(&chosen, &self.ports, self.direction).await),
                warnings,
                victims,
            })
        })
    }
}
