//! The scenario, section by section.

use super::faults::{ends, faults};
use super::front::front;
use super::inventory::Inventory;
use super::load::load;
use super::smoke::smoke;
use super::text::comment;
use crate::cli::yaml::quoted;
use std::path::Path;

/// A scenario for what is there, with comments for whoever changes it. Errors: nothing can be made of what is there;
/// what it is, a line each.
pub(super) fn draft(inventory: &Inventory, kubeconfig: Option<&Path>) -> Result<String, Vec<String>> {
    let mut unused = inventory.unused.clone();
    let front = front(inventory);
    let faults = if front.is_some() { faults(inventory, &mut unused) } else { Vec::new() };
    let consents = inventory.objection.is_none();
    let seconds = if consents { ends(&faults) } else { ends(&[]) };
    let mut text = vec![head(inventory)];
    if let Some(front) = &front {
        text.push(comment(&front.why, "  "));
        text.push(format!("  http: {}\n", quoted(&front.url)));
    }
    text.push(kubernetes(inventory, kubeconfig, consents && !faults.is_empty()));
    let checks = smoke(inventory, front.as_ref(), &mut unused);
    if checks.is_empty() {
        return Err(unused);
    }
    text.push(format!("smoke:          # asked before the load and after it\n{checks}"));
    match &front {
        Some(front) => text.push(load(front, seconds)),
        None => unused.push("no Service has an address: no load was made".to_owned()),
    }
    let written: String = faults.iter().map(super::faults::Fault::text).collect();
    match &inventory.objection {
        _ if faults.is_empty() => {}
        None => text.push(format!("faults:\n{written}")),
        Some(why) => {
            let lines: Vec<String> =
                [format!("{why}; then take the comment signs away"), "faults:".to_owned()]
                    .into_iter()
                    .chain(written.lines().map(ToOwned::to_owned))
                    .collect();
            text.push(comment(&lines, ""));
        }
    }
    if front.is_some() {
        text.push(gates(faults.first().filter(|_| consents).map(|fault| fault.name.as_str())));
    }
    if !unused.is_empty() {
        text.push("\n# Not understood, or left out:\n".to_owned());
        text.push(comment(&unused.iter().map(|line| format!("- {line}")).collect::<Vec<_>>(), ""));
    }
    Ok(text.concat())
}

fn head(inventory: &Inventory) -> String {
    let Inventory { namespace, context, .. } = inventory;
    format!(
        "# Drafted by `shakedown init --from-cluster` from the namespace {namespace} of the context {context}.
# Read it, change it, keep it: it says what was found, not what should be.
scenario: {}
description: {}
target:\n",
        quoted(namespace),
        quoted(&format!("What is in the namespace {namespace} is up, answers, and recovers when something breaks."))
    )
}

fn kubernetes(inventory: &Inventory, kubeconfig: Option<&Path>, has_faults: bool) -> String {
    let mut text = vec![format!(
        "  kubernetes:\n    context: {}\n    namespace: {}\n",
        quoted(&inventory.context),
        quoted(&inventory.namespace)
    )];
    if let Some(path) = kubeconfig {
        text.push(format!("    kubeconfig: {}\n", quoted(&path.to_string_lossy())));
    }
    if has_faults && !inventory.has_guard {
        text.push("    # Nobody takes the faults back when this machine is lost. Take this line away, and `shakedown rbac FILE |\n    \
                 # kubectl apply -f -` makes the account of a guard that does.\n    guard: off\n".to_owned());
    }
    text.concat()
}

/// What has to hold. While something is broken on purpose nothing is demanded here.
fn gates(first: Option<&str>) -> String {
    let window = first.map(|name| format!(" before {name}")).unwrap_or_default();
    let mut text = vec![format!("gates:\n  - error_rate < 1%{window}\n  - p99 <= 500ms{window}\n")];
    if first.is_some() {
        text.push("  - error_rate < 1% last 10s          # everything is itself again\n".to_owned());
    }
    text.concat()
}
