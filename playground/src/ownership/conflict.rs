//! The refusal of an apply of what others own.

use crate::ownership::entry::Entry;
use crate::status::{ApiError, Cause, Details};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// 409, with a cause for each field, in the words of a real server. `conflicts` has the owners with the fields that
/// the apply would change.
pub(super) fn refusal(details: Details, conflicts: &[Entry]) -> ApiError {
    let mut causes = Vec::new();
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for conflict in conflicts {
        let owner = shown(conflict);
        for path in conflict.fields.paths() {
            let message = format!("conflict with {owner}");
            causes.push(Cause { reason: "FieldManagerConflict", message, field: path.clone() });
            fields.entry(owner.clone()).or_default().push(path);
        }
    }
    let message = match causes.as_slice() {
        [one] => format!("Apply failed with 1 conflict: {}: {}", one.message, one.field),
        many => {
            let mut message = format!("Apply failed with {} conflicts: ", many.len());
            for (index, (owner, paths)) in fields.iter().enumerate() {
                let line = if index == 0 { "" } else { "\n" };
                // Writing to a text cannot fail.
                let _ = write!(message, "{line}conflicts with {owner}:");
                for path in paths {
                    let _ = write!(message, "\n- {path}");
                }
            }
            message
        }
    };
    ApiError::new(409, "Conflict", message, Details { causes, ..details })
}

fn shown(owner: &Entry) -> String {
    let mut shown = format!("{:?}", owner.text("manager"));
    if !owner.text("subresource").is_empty() {
        let _ = write!(shown, " with subresource {:?}", owner.text("subresource"));
    }
    if owner.text("operation") == "Update" {
        let _ = write!(shown, " using {}", owner.text("apiVersion"));
    }
    shown
}
