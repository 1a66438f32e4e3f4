//! events.k8s.io/v1: the newer shape of events. They are stored apart from those of core/v1.

use crate::resource::Kind;

pub(super) const KINDS: &[Kind] =
    &[Kind::new("events.k8s.io", "v1", "events", "Event").short(&["ev"]).selectable(&[
        "regarding.kind",
        "regarding.name",
        "regarding.namespace",
        "regarding.uid",
        "reason",
        "type",
    ])];
