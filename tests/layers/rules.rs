//! The rules: what a source may import, print and be called.

use crate::paths::{Found, paths};
use crate::tokens::tokens;
use std::fmt;

/// The longest file, in lines.
const LINES: usize = 400;

/// Modules of one height, from left to right.
pub struct Layer<'r> {
    pub modules: &'r [&'r str],
    pub peers: Peers,
}

/// What modules of one layer may do with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peers {
    /// Nothing.
    Apart,
    /// Each may import those left of it.
    RightImportsLeft,
}

/// The plan of the house.
pub struct Rules<'r> {
    /// Lowest first.
    pub layers: &'r [Layer<'r>],
    /// The first never imports the second, although it lies above it.
    pub strangers: &'r [(&'r str, &'r str)],
    /// The only module that prints and the only one that `main` calls.
    pub top: &'r str,
    /// Folders with a list of kinds.
    pub kinds: &'r [&'r str],
}

/// One file.
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    pub place: String,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl Source {
    /// Its module path from the root of the crate; empty for `lib.rs` and `main.rs`.
    fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let inner = inner.strip_suffix("/mod").unwrap_or(inner);
        if ["lib", "main"].contains(&inner) {
            return Vec::new();
        }
        inner.split('/').map(str::to_owned).collect()
    }

    fn broken(&self, line: usize, what: String) -> Violation {
        Violation { place: format!("{}:{line}", self.path), what }
    }
}

impl Rules<'_> {
    /// Imports that point up, sideways, to a stranger, or at the root.
    pub fn imports(&self, source: &Source) -> Vec<Violation> {
        if source.path == "src/main.rs" {
            return self.main(source);
        }
        let module = source.module();
        let Some(from) = module.first() else { return Vec::new() };
        let judge = |found: Found| Some(source.broken(found.line, self.edge(from, found.path.first())?));
        paths(&module, &source.text).into_iter().filter_map(judge).collect()
    }

    /// What is wrong with `from` using `to`; `None` when nothing is.
    fn edge(&self, from: &str, to: Option<&String>) -> Option<String> {
        let Some(to) = to else {
            return Some(
                "the crate's root is renamed, which hides imports; write `crate::module::…`".to_owned(),
            );
        };
        let (Some(mine), Some(theirs)) = (self.place(from), self.place(to)) else {
            // A module outside the table is reported once, by `unknown_modules`.
            let at_root = self.place(to).is_none() && self.place(from).is_some();
            return at_root.then(|| {
                format!(
                    "`{from}` uses `crate::{to}`, a name of the root; import it from the module that owns it"
                )
            });
        };
        if from == to {
            return None;
        }
        let stranger = self.strangers.contains(&(from, to.as_str()));
        let why = match theirs.0.cmp(&mine.0) {
            _ if stranger => "they never meet; let the layer above join them",
            std::cmp::Ordering::Less => return None,
            std::cmp::Ordering::Greater => "imports point down only; move what both need down, or pass it in",
            std::cmp::Ordering::Equal if self.layers[mine.0].peers == Peers::Apart => {
                "modules of this layer stay apart; move what both need down, or let the layer above join them"
            }
            std::cmp::Ordering::Equal if theirs.1 < mine.1 => return None,
            std::cmp::Ordering::Equal => {
                "in this layer only those further right may import those left of them"
            }
        };
        Some(format!("`{from}` (L{}) imports `{to}` (L{}): {why}", mine.0, theirs.0))
    }

    /// Layer and place within it.
    fn place(&self, module: &str) -> Option<(usize, usize)> {
        let within = |layer: &Layer| layer.modules.iter().position(|name| *name == module);
        self.layers.iter().enumerate().find_map(|(height, layer)| Some((height, within(layer)?)))
    }

    /// `main` calls the top module of the library and nothing else.
    fn main(&self, source: &Source) -> Vec<Violation> {
        let tokens = tokens(&source.text);
        let calls = tokens.windows(3).filter(|w| w[0].text == "shakedown" && w[1].text == "::");
        calls
            .filter(|w| w[2].text != self.top)
            .map(|w| {
                source
                    .broken(w[0].line, format!("`main` uses `{}`; it may use only `{}`", w[2].text, self.top))
            })
            .collect()
    }

    /// Top-level modules that have no layer.
    pub fn unknown_modules(&self, sources: &[Source]) -> Vec<Violation> {
        let top = sources.iter().filter_map(|source| Some((source, source.module().into_iter().next()?)));
        let mut unknown: Vec<_> = top.filter(|(_, module)| self.place(module).is_none()).collect();
        unknown.dedup_by(|a, b| a.1 == b.1);
        let report = |(source, module): (&Source, String)| {
            source.broken(
                1,
                format!("`{module}` has no layer; give it its place in the table of tests/layers.rs"),
            )
        };
        unknown.into_iter().map(report).collect()
    }

    /// Files of a folder of kinds that its `mod.rs` declares but does not list, or does not even declare.
    pub fn unregistered(&self, sources: &[Source]) -> Vec<Violation> {
        let mut broken = Vec::new();
        for kind in self.kinds {
            let folder = format!("src/{kind}/");
            let list = format!("{folder}mod.rs");
            let Some(list) = sources.iter().find(|source| source.path == list) else { continue };
            let files =
                sources.iter().filter(|source| source.path.starts_with(&folder) && source.path != list.path);
            for file in files {
                // `src/fault/network/proxy.rs` belongs to `network`.
                let Some(name) = file.module().into_iter().nth(1) else { continue };
                let used = |source: &Source| {
                    tokens(&source.text).windows(2).any(|w| w[0].text == name && w[1].text == "::")
                };
                let sibling = |source: &&Source| {
                    source.path.starts_with(&folder) && source.module().get(1) != Some(&name)
                };
                if !sources.iter().filter(sibling).any(used) {
                    let what = format!(
                        "nothing in src/{kind}/ names `{name}::…`; add `mod {name};` and its entry in the list of {}",
                        list.path
                    );
                    broken.push(file.broken(1, what));
                }
            }
        }
        broken
    }

    /// Macros that print: they panic where nobody listens any more, be it in the middle of a fault.
    pub fn printing(&self, source: &Source) -> Vec<Violation> {
        let tokens = tokens(&source.text);
        let macros = ["print", "println", "eprint", "eprintln", "dbg"];
        let calls = tokens.windows(2).filter(|w| macros.contains(&w[0].text.as_str()) && w[1].text == "!");
        let what = |name: &str| {
            let top = self.top;
            format!(
                "`{name}!` panics where nobody listens; in `{top}` use `{top}::telling`, elsewhere return the text, or \
                 write it to a `dyn Write`"
            )
        };
        calls.map(|w| source.broken(w[0].line, what(&w[0].text))).collect()
    }
}

/// Which top-level module imports which.
pub fn edges(source: &Source) -> Vec<(String, String)> {
    let module = source.module();
    let Some(from) = module.first() else { return Vec::new() };
    let targets = paths(&module, &source.text).into_iter().filter_map(|found| found.path.into_iter().next());
    targets.filter(|to| to != from).map(|to| (from.clone(), to)).collect()
}

/// A file with more lines than one can take in.
pub fn too_long(source: &Source) -> Option<Violation> {
    let lines = source.text.lines().count();
    (lines > LINES)
        .then(|| source.broken(LINES + 1, format!("{lines} lines, at most {LINES}; split it by idea")))
}

/// A file whose name says nothing of what is in it.
pub fn badly_named(source: &Source) -> Option<Violation> {
    let nothing = ["util", "utils", "helper", "helpers", "common", "misc"];
    let module = source.module();
    let name = module.iter().find(|name| nothing.contains(&name.as_str()))?;
    Some(source.broken(1, format!("`{name}` says nothing; name the file after the idea in it")))
}
