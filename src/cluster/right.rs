//! What an account may do, asked before it is tried.

use super::{Cluster, ClusterError};
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview};
use kube::api::PostParams;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// One verb on one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Right {
    /// The API group, empty for the core.
    pub group: String,
    /// The resource in the plural, with its subresource: `deployments/scale`.
    pub resource: String,
    /// What is done: `get`, `patch`, …
    pub verb: Cow<'static, str>,
    /// Where; `None` for objects of the whole cluster.
    pub namespace: Option<String>,
}

/// "patch services in namespace shop".
impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace}"),
            None => f.write_str(" in the whole cluster"),
        }
    }
}

/// These verbs on one resource of the whole cluster.
pub fn cluster_rights(group: &str, resource: &str, verbs: &[&'static str]) -> Vec<Right> {
    let rights = rights("", group, resource, verbs);
    rights.into_iter().map(|right| Right { namespace: None, ..right }).collect()
}

/// These verbs on one resource of the namespace.
pub fn rights(namespace: &str, group: &str, resource: &str, verbs: &[&'static str]) -> Vec<Right> {
    let right = |verb: &&'static str| Right {
        group: group.to_owned(),
        resource: resource.to_owned(),
        verb: Cow::Borrowed(verb),
        namespace: Some(namespace.to_owned()),
    };
    verbs.iter().map(right).collect()
}

impl Cluster {
    /// Whether our account has a right.
    pub async fn may(&self, right: &Right) -> Result<bool, ClusterError> {
        let (resource, subresource) = match right.resource.split_once('/') {
            Some((resource, part)) => (resource, Some(part.to_owned())),
            None => (right.resource.as_str(), None),
        };
        let mut review = SelfSubjectAccessReview::default();
        review.spec.resource_attributes = Some(ResourceAttributes {
            group: Some(right.group.clone()),
            resource: Some(resource.to_owned()),
            subresource,
            verb: Some(right.verb.to_string()),
            namespace: right.namespace.clone(),
            ..ResourceAttributes::default()
        });
        let (reviews, params) = (self.api_all::<SelfSubjectAccessReview>(), PostParams::default());
        let answer = self.call("ask what this account may do", reviews.create(&params, &review)).await?;
        Ok(answer.status.is_some_and(|status| status.allowed))
    }
}
