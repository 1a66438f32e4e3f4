//! A Service leads nowhere.

use crate::cluster::Right;
use crate::fault::reach::Place;
use crate::fault::service::Selecting;
use crate::fault::{Deed, FaultContext, FaultKind, Lasting, Plan, Planning, proof, rights};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The label that no Pod has.
const NOBODY: &str = "shakedown.dev/blackhole";

/// A Service selects no Pod, so that fresh connections to it fail. Connections that are open go on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceBlackhole {
    /// The Service's name.
    pub service: String,
}

impl FaultKind for ServiceBlackhole {
    fn name(&self) -> &'static str {
        "service_blackhole"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "", "services", &["get", "patch"]);
        all.extend(rights(namespace, "", "pods", &["list"]));
        all.extend(rights(namespace, "discovery.k8s.io", "endpointslices", &["list", "watch"]));
        all
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let target = Selecting::find(cx, &self.service).await?;
            let selector = json!({NOBODY: cx.run});
            Ok(Plan {
                victims: vec![target.victim()],
                deeds: vec![Deed::Change {
                    object: target.object.clone(),
                    subresource: None,
                    fields: vec![("/spec/selector".to_owned(), Some(selector))],
                    lasting: Lasting::UntilUndone,
                }],
                proof: Arc::new(proof::CutOff {
                    service: self.service.clone(),
                    places: Place::of_service(&target.service).await,
                }),
                warnings: target.warnings(),
            })
        })
    }
}
