//! Events: where they may be. Both forms are as strict as their real servers.

use crate::object;
use crate::status::Cause;
use serde_json::{Value, json};

/// An Event of core/v1 is in the namespace of what it is about; about what is in none, it is in `default`.
pub(in crate::resource) fn core_event(event: &Value) -> Vec<Cause> {
    let (own, about) = (object::namespace(event), object::text(event, "/involvedObject/namespace"));
    if own == about || about.is_empty() && own == "default" { Vec::new() } else { vec![elsewhere(about)] }
}

/// One of events.k8s.io/v1 may be anywhere; about what is in no namespace, it is in one of two.
pub(in crate::resource) fn event(event: &Value) -> Vec<Cause> {
    let (own, about) = (object::namespace(event), object::text(event, "/regarding/namespace"));
    if about.is_empty() && !matches!(own, "default" | "kube-system") {
        vec![elsewhere(about)]
    } else {
        Vec::new()
    }
}

/// Both forms say it by the name of the first.
fn elsewhere(about: &str) -> Cause {
    Cause::invalid("involvedObject.namespace", &json!(about), "does not match event.namespace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_events_may_be() {
        for (own, about, in_core, in_newer) in [
            ("shop", "shop", true, true),
            ("shop", "", false, false),
            ("shop", "default", false, true),
            ("default", "", true, true),
            ("kube-system", "", false, true),
        ] {
            let meta = json!({"namespace": own});
            let core = json!({"metadata": meta, "involvedObject": {"kind": "Node", "namespace": about}});
            let newer = json!({"metadata": meta, "regarding": {"kind": "Node", "namespace": about}});
            assert_eq!(core_event(&core).is_empty(), in_core, "{own} {about:?}");
            assert_eq!(event(&newer).is_empty(), in_newer, "{own} {about:?}");
        }
    }
}
