//! Journeys: each has the requests of one resource in an order in which they can follow each other.

use super::capture::{Wanted, of_list, of_one};
use super::keys::Keys;
use super::operation::{Method, Operation};
use super::path::{Captured, example};
use super::step::Step;
use super::template::{name, singular};
use super::tree::Branch;
use crate::journey::Scope;
use std::collections::BTreeSet;

/// Paths that platforms ask, and not users.
const PROBES: [&str; 12] = [
    "health",
    "healthz",
    "livez",
    "readyz",
    "live",
    "ready",
    "liveness",
    "readiness",
    "metrics",
    "ping",
    "status",
    "version",
];

/// Why what changes something was left out.
const OTHERS: &str = "it would change what the journey did not make";

/// What users do with one resource.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    /// Whether it makes what it does not delete again.
    pub(super) leaves_something: bool,
    /// Whether it is asked by platforms alone.
    pub(super) is_probe: bool,
}

impl Chain {
    /// Whether it changes nothing.
    pub(super) fn is_harmless(&self) -> bool {
        self.steps.iter().all(|step| step.method.is_harmless())
    }
}

/// All journeys of a tree; what is left out goes to `notes`.
pub(super) fn chains<'d>(root: &Branch<'d>, keys: &mut Keys<'d>, notes: &mut Vec<String>) -> Vec<Chain> {
    let mut all = Vec::new();
    let mut names = BTreeSet::new();
    let mut waiting: Vec<&Branch<'d>> = vec![root];
    while let Some(branch) = waiting.pop() {
        let steps = Walk::of(branch, keys, notes);
        if !steps.is_empty() {
            let has = |method: Method| steps.iter().any(|step| step.method == method);
            let leaves_something = branch.item().is_some() && has(Method::Post) && !has(Method::Delete);
            let is_probe = PROBES.contains(&branch.segment.as_str());
            all.push(Chain { name: called(branch, &mut names), steps, leaves_something, is_probe });
        }
        // What lies below a fixed segment is a resource of its own.
        let mut fixed: Vec<&Branch<'d>> = branch.fixed().collect();
        fixed.reverse();
        waiting.extend(fixed);
    }
    all
}

/// A name that no other journey has: the last fixed segment, or all of them.
fn called(branch: &Branch<'_>, taken: &mut BTreeSet<String>) -> String {
    let fixed = branch.path.split('/').filter(|segment| !segment.is_empty() && *segment != "{}");
    let words: Vec<String> = fixed.map(|segment| name(segment).replace('_', "-")).collect();
    let last = words.last().cloned().unwrap_or_else(|| "root".to_owned());
    let whole = words.join("-");
    let numbered = (2..).map(|number| format!("{whole}-{number}"));
    let mut candidates = [last, whole.clone()].into_iter().chain(numbered);
    let name = candidates.find(|name| !name.is_empty() && !taken.contains(name)).unwrap_or_default();
    taken.insert(name.clone());
    name
}

/// A way through the requests of one resource.
struct Walk<'w, 'd> {
    captured: Captured,
    /// The paths of what the journey itself makes.
    made: BTreeSet<String>,
    done: BTreeSet<String>,
    steps: Vec<Step>,
    keys: &'w mut Keys<'d>,
    notes: &'w mut Vec<String>,
}

impl<'w, 'd> Walk<'w, 'd> {
    /// The steps of a resource.
    fn of(branch: &Branch<'d>, keys: &'w mut Keys<'d>, notes: &'w mut Vec<String>) -> Vec<Step> {
        let (captured, made, done) = (Captured::new(), BTreeSet::new(), BTreeSet::new());
        let mut walk = Walk { captured, made, done, steps: Vec::new(), keys, notes };
        walk.all_of(branch);
        walk.steps
    }

    /// Create, get, list, what lies below, update, delete.
    fn all_of(&mut self, branch: &Branch<'d>) {
        let item = branch.item();
        self.make(branch, item);
        if let Some(item) = item {
            self.list(branch, item);
            self.one(item, Method::Get);
        }
        self.one(branch, Method::Get);
        if branch.parameter.is_some() {
            for fixed in branch.fixed() {
                self.all_of(fixed);
            }
        }
        if let Some(item) = item {
            self.all_of(item);
        }
        for method in [Method::Put, Method::Patch, Method::Delete] {
            self.one(branch, method);
        }
    }

    /// Makes one, and captures what its path needs.
    fn make(&mut self, branch: &Branch<'d>, item: Option<&Branch<'d>>) {
        let Some(operation) = branch.operation(Method::Post) else { return };
        if branch.path.contains('{') && !self.is_own(branch) {
            self.notes.push(format!("{operation}: {OTHERS}"));
            return;
        }
        let wanted = item.and_then(|item| Some((item, of_one(operation, wanted(branch, item)?)?)));
        if self.add(operation, &branch.path)
            && let Some((item, path)) = wanted
        {
            self.capture(branch, item, &path);
            self.made.insert(item.path.clone());
        }
    }

    /// Takes the first of a list, where nothing else names one.
    fn list(&mut self, branch: &Branch<'d>, item: &Branch<'d>) {
        let is_known =
            |operation: &Operation<'_>| item.parameter.is_some_and(|name| example(operation, name).is_some());
        if self.captured.contains_key(&item.path) || item.operations.iter().any(is_known) {
            return;
        }
        let Some(operation) = branch.operation(Method::Get) else { return };
        let path = wanted(branch, item).and_then(|wanted| of_list(operation, wanted));
        if let Some(path) = path
            && self.add(operation, &branch.path)
        {
            self.capture(branch, item, &path);
        }
    }

    fn one(&mut self, branch: &Branch<'d>, method: Method) {
        let Some(operation) = branch.operation(method) else { return };
        if method.is_harmless() || self.is_own(branch) {
            self.add(operation, &branch.path);
        } else {
            self.notes.push(format!("{operation}: {OTHERS}"));
        }
    }

    /// Whether a path is that of something that the journey itself makes.
    fn is_own(&self, branch: &Branch<'_>) -> bool {
        let below = |made: &String| branch.path.strip_prefix(made.as_str());
        self.made.iter().filter_map(below).any(|rest| !rest.contains('{'))
    }

    /// Adds a step, once. Whether it was added.
    fn add(&mut self, operation: &Operation<'d>, path: &str) -> bool {
        if !self.done.insert(format!("{:?} {path}", operation.method)) {
            return false;
        }
        match Step::of(operation, &self.captured, self.keys, self.notes) {
            // An example may be what another path says.
            Ok(step) if self.steps.iter().any(|known| known.line() == step.line()) => return false,
            Ok(step) => self.steps.push(step),
            Err(why) => {
                self.notes.push(format!("{operation}: {why}"));
                return false;
            }
        }
        true
    }

    /// Captures from the newest step what the path of an item needs.
    fn capture(&mut self, branch: &Branch<'d>, item: &Branch<'d>, path: &str) {
        let parameter = name(item.parameter.unwrap_or("id"));
        let of = singular(&name(&branch.segment));
        let own = if parameter.starts_with(&of) { parameter } else { format!("{of}_{parameter}") };
        let is_taken = |own: &String| {
            let is_built_in = Scope::default().meaning(own).is_some();
            is_built_in
                || self.keys.variables.contains_key(own)
                || self.captured.values().any(|known| known == own)
        };
        let numbered = (2..).map(|number| format!("{own}_{number}"));
        let Some(own) = std::iter::once(own.clone()).chain(numbered).find(|own| !is_taken(own)) else {
            return;
        };
        if let Some(step) = self.steps.last_mut() {
            step.capture(&own, path);
        }
        self.captured.insert(item.path.clone(), own);
    }
}

fn wanted<'w>(branch: &'w Branch<'_>, item: &'w Branch<'_>) -> Option<Wanted<'w>> {
    Some(Wanted { parameter: item.parameter?, of: &branch.segment })
}
