//! What a run leaves behind when it is left at once: exactly what, and how to take it back.

use crate::cluster::Open;
use crate::engine::faults::Session;
use crate::report::harmless;

/// What a run has done to a namespace and not taken back yet.
#[derive(Debug, Clone)]
pub(super) struct Left {
    open: Open,
    context: String,
    namespace: String,
}

impl Left {
    /// Of this run.
    pub(super) fn of(session: &Session) -> Left {
        let (context, namespace) = (session.cluster().context(), session.cluster().namespace());
        Left { open: session.open(), context: context.to_owned(), namespace: namespace.to_owned() }
    }

    /// What is left now, one a line, and the next move; empty when nothing is.
    pub(super) fn words(&self) -> String {
        let entries = self.open.entries();
        if entries.is_empty() {
            return String::new();
        }
        let lines = entries
            .iter()
            .rev()
            .map(|entry| format!("  {}: {}\n", entry.fault, harmless(&entry.undo.to_string())));
        format!(
            "namespace {} of context {} is left changed; still to be done:\n{}take it back: shakedown recover --context {} -n {}",
            self.namespace,
            self.context,
            lines.collect::<String>(),
            self.context,
            self.namespace
        )
    }
}
