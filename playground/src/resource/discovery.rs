//! discovery.k8s.io/v1.

use crate::resource::{Kind, defaults};

pub(super) const KINDS: &[Kind] = &[Kind::new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
    .counted()
    .defaults(defaults::endpoint_slice)];
