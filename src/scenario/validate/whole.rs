//! Which parts of a scenario could be read without a mistake. What has one is not looked into any further: every
//! message would only follow from the first.

use crate::source::{Mark, Node, NodeKind, Problem};

/// The parts that are whole.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one for each part, and none depends on another")]
pub(in crate::scenario) struct Whole {
    /// All of `target`.
    pub(in crate::scenario) target: bool,
    /// All of `vars`.
    pub(in crate::scenario) vars: bool,
    /// All of `ledger`.
    pub(in crate::scenario) ledger: bool,
    /// All of `load`.
    pub(in crate::scenario) load: bool,
    /// Each smoke check that could be read at all.
    pub(in crate::scenario) checks: Vec<bool>,
    /// Each fault that could be read at all.
    pub(in crate::scenario) faults: Vec<bool>,
    /// Each journey that could be read at all.
    pub(in crate::scenario) journeys: Vec<bool>,
}

/// The keys that a scenario and its load must have, as problems for those that are not there.
pub(in crate::scenario) fn missing(tree: &Node, problems: &mut Vec<Problem>) {
    let mut require = |map: Option<&Node>, keys: &[&str]| {
        let Some(map) = map else { return };
        let absent = keys.iter().filter(|key| map.lacks(key));
        problems.extend(absent.map(|key| absence(map.mark, key)));
    };
    require(Some(tree), &["scenario"]);
    require(tree.get("load"), &["profile", "journeys"]);
}

fn absence(mark: Mark, key: &str) -> Problem {
    Problem::at(mark, format!("the key `{key}` is missing"))
        .label("in this map")
        .help(format!("add `{key}: …`"))
}

impl Whole {
    /// Looks at a tree after it was decoded.
    pub(in crate::scenario) fn of(tree: &Node) -> Whole {
        let whole = |node: Option<&Node>| node.is_none_or(|node| !node.has_broken());
        let load = tree.get("load");
        Whole {
            target: whole(tree.get("target")),
            vars: whole(tree.get("vars")),
            ledger: whole(tree.get("ledger")),
            load: whole(load),
            checks: items(tree.get("smoke")),
            faults: items(tree.get("faults")),
            journeys: items(load.and_then(|load| load.get("journeys"))),
        }
    }
}

/// Whether each item that was read is whole; broken items were left out of what was read.
fn items(list: Option<&Node>) -> Vec<bool> {
    match list.map(|list| &list.kind) {
        Some(NodeKind::List(items)) => {
            items.iter().filter(|item| !item.is_broken()).map(|item| !item.has_broken()).collect()
        }
        _ => Vec::new(),
    }
}
