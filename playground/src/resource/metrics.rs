//! metrics.k8s.io/v1beta1: measurements, which are read and never written.

use crate::resource::{Kind, Verbs};

pub(super) const KINDS: &[Kind] = &[kind("nodes", "NodeMetrics").cluster(), kind("pods", "PodMetrics")];

const fn kind(resource: &'static str, name: &'static str) -> Kind {
    Kind::new("metrics.k8s.io", "v1beta1", resource, name).only(Verbs::Measured)
}
