//! The cluster that faults may touch: as it is written, and as it is used.

use crate::cluster::Access;
use crate::fault::Helpers;
use crate::source::Located;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// The cluster and the one namespace that faults may touch.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Kubernetes")]
pub struct KubernetesSpec {
    /// The context of the kubeconfig. It has to be named: faults never go where kubectl happens to point.
    #[schemars(required)]
    pub context: Option<Located<String>>,
    /// The namespace. It has to be named, and has to consent: `shakedown.dev/allow: "true"`, or `--yes`.
    #[schemars(required)]
    pub namespace: Option<Located<String>>,
    /// The kubeconfig, from this file's folder; `KUBECONFIG`, then `~/.kube/config` when left out.
    pub kubeconfig: Option<Located<String>>,
    /// How the Pods are made that shakedown itself puts into the namespace.
    pub own_pods: OwnPodsSpec,
    /// Who takes the faults back when the machine of the run is lost: a Pod in the namespace, under this service
    /// account; `off` goes without. The account `shakedown-guard` when left out.
    pub guard: Option<Located<GuardSpec>>,
}

/// How the Pods are made that shakedown itself puts into the namespace.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "OwnPods")]
pub struct OwnPodsSpec {
    /// The image of this program; `shakedown` when left out.
    pub image: Option<Located<String>>,
    /// When it is pulled: `Always`, `IfNotPresent` or `Never`; `IfNotPresent` when left out.
    pub pull_policy: Option<Located<String>>,
}

/// The guard: `off`, or a map with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardSpec {
    /// There is none.
    Off,
    /// A Pod under this service account.
    Account(String),
}

/// The long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// The service account of the guard; `shakedown rbac` prints its role.
    service_account: String,
}

impl<'de> Deserialize<'de> for GuardSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = GuardSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`off`, or a map with `service_account`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<GuardSpec, E> {
                if text == "off" {
                    return Ok(GuardSpec::Off);
                }
                Err(E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GuardSpec, A::Error> {
                let long = Long::deserialize(MapAccessDeserializer::new(map))?;
                Ok(GuardSpec::Account(long.service_account))
            }
        }
        from.deserialize_any(Written)
    }
}

impl JsonSchema for GuardSpec {
    fn schema_name() -> Cow<'static, str> {
        "Guard".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = Long::json_schema(generator);
        let off = json_schema!({ "const": "off", "description": "nobody takes the faults back when this machine is lost" });
        json_schema!({ "description": "the guard of a run", "anyOf": [off, long] })
    }
}

/// Who takes faults back when the machine of the run is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardPlan {
    /// Nobody; `shakedown recover` does it by hand.
    Off,
    /// A Pod under this service account.
    Account(String),
}

/// The cluster that faults may touch.
#[derive(Debug, Clone)]
pub struct KubernetesPlan {
    /// The kubeconfig, when it is not the usual one.
    pub kubeconfig: Option<PathBuf>,
    /// The context.
    pub context: String,
    /// The namespace.
    pub namespace: String,
    /// The Pods of ours.
    pub own_pods: Helpers,
    /// The guard.
    pub guard: GuardPlan,
}

impl KubernetesPlan {
    /// How to connect to it.
    pub fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            context: Some(self.context.clone()),
            namespace: Some(self.namespace.clone()),
        }
    }
}
