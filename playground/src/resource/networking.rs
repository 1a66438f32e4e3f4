//! networking.k8s.io/v1. The playground stores these; nothing enforces a policy or serves an ingress.

use crate::resource::Subresource::Status;
use crate::resource::{Kind, defaults};

const fn kind(resource: &'static str, name: &'static str) -> Kind {
    Kind::new("networking.k8s.io", "v1", resource, name).counted()
}

pub(super) const KINDS: &[Kind] = &[
    kind("ingresses", "Ingress").short(&["ing"]).with(&[Status]).creates(defaults::service_status),
    kind("networkpolicies", "NetworkPolicy").short(&["netpol"]).defaults(defaults::network_policy),
];
