//! A Service is pointed to other Pods: blue and green.

use crate::cluster::{Right, is_ready};
use crate::fault::service::{Selecting, selected, written};
use crate::fault::{Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Refusal, proof, rights};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A Service is pointed to the Pods of another selector, as a blue/green release does. Connections that are open stay
/// where they are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectorSwitch {
    /// The Service's name.
    pub service: String,
    /// Its new selector, whole.
    pub to: BTreeMap<String, String>,
    /// Whether it stays so; otherwise the old selector is put back at the end.
    #[serde(default)]
    pub stays: bool,
}

impl FaultKind for SelectorSwitch {
    fn name(&self) -> &'static str {
        "selector_switch"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "", "services", &["get", "patch"]);
        all.extend(rights(namespace, "", "pods", &["list"]));
        all.extend(rights(namespace, "discovery.k8s.io", "endpointslices", &["list", "watch"]));
        all
    }

    fn check(&self, lasts: Option<Duration>) -> Result<(), String> {
        match (self.to.is_empty(), self.stays, lasts) {
            (true, ..) => Err("`to` is empty; write the new selector, for example \
                 `to: { app: web, color: green }`"
                .to_owned()),
            (_, true, Some(_)) => {
                Err("with `stays: true` the switch has no end; drop `for`, or `stays`".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let target = Selecting::find(cx, &self.service).await?;
            let to = written(&self.to);
            if self.to == target.selector {
                return Err(Refusal::Unfit(format!("{} selects {to} already", target.object)));
            }
            let pods = selected(cx, &self.to).await?;
            let ready = pods.iter().filter(|pod| is_ready(pod)).count();
            if ready == 0 {
                let why = format!(
                    "no Pod with {to} is ready, {} exist: all its clients would be cut off; that is \
                     `service_blackhole`",
                    pods.len()
                );
                return Err(Refusal::dangerous(target.object, why));
            }
            let mut warnings = target.warnings();
            if ready < target.ready() {
                let before = target.ready();
                warnings.push(format!("{ready} Pods with {to} take over from {before}"));
            }
            Ok(Plan {
                victims: vec![target.victim()],
                deeds: vec![Deed::Change {
                    object: target.object,
                    subresource: None,
                    fields: vec![("/spec/selector".to_owned(), Some(json!(self.to)))],
                    lasting: if self.stays { Lasting::Stays } else { Lasting::UntilUndone },
                }],
                proof: Arc::new(proof::AnsweredBy { service: self.service.clone(), labels: self.to.clone() }),
                warnings,
            })
        })
    }
}
