//! autoscaling/v2.

use crate::resource::Subresource::Status;
use crate::resource::{Kind, defaults};

pub(super) const KINDS: &[Kind] =
    &[Kind::new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
        .short(&["hpa"])
        .in_all()
        .with(&[Status])
        .defaults(defaults::autoscaler)
        .creates(defaults::autoscaler_status)];
