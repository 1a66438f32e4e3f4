//! `- use: other.yaml`: a list item that stands for what is in another file.

use super::{Mark, Node, NodeKind, Problem, Reader};
use std::path::{Path, PathBuf};

/// How deep includes may include.
const MAX_DEPTH: usize = 8;

/// How many includes a scenario may have in all, so that a few small files cannot multiply without end.
const MAX_INCLUDES: usize = 200;

/// Keys whose values are data for the target: a `use` in them is data too.
const DATA_KEYS: &[&str] = &["json", "rows"];

/// The files that are being included, outermost first.
type Chain<'c> = &'c [PathBuf];

impl Reader<'_> {
    /// Replaces every `- use: …` in a tree.
    pub(super) fn expand(&mut self, node: &mut Node, chain: Chain<'_>) {
        match &mut node.kind {
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    if key.text().is_none_or(|key| !DATA_KEYS.contains(&key)) {
                        self.expand(value, chain);
                    }
                }
            }
            NodeKind::List(items) => {
                for item in std::mem::take(items) {
                    self.expand_item(item, chain, items);
                }
            }
            NodeKind::Scalar(_) | NodeKind::Broken { .. } => {}
        }
    }

    fn expand_item(&mut self, mut item: Node, chain: Chain<'_>, items: &mut Vec<Node>) {
        let Some((path, mark)) = named(&item) else {
            self.expand(&mut item, chain);
            return items.push(item);
        };
        match self.included(&path, mark, chain).and_then(|found| lay_over(item, found, mark)) {
            Ok(found) => items.extend(found),
            Err(problem) => {
                self.problems.extend(problem);
                items.push(Node::broken(mark));
            }
        }
    }

    /// The tree of an included file, its own includes expanded. The problem is `None` when it was reported already.
    fn included(&mut self, path: &str, mark: Mark, chain: Chain<'_>) -> Result<Node, Option<Problem>> {
        self.includes += 1;
        if self.includes > MAX_INCLUDES {
            return Err(Some(
                Problem::at(mark, format!("more than {MAX_INCLUDES} includes"))
                    .help("write the repeated part once, where it is needed"),
            ));
        }
        let name = self.files.name_beside(mark.file, path);
        let real = self.real_path(path, &name, mark)?;
        if let Some(first) = chain.iter().position(|open| *open == real) {
            return Err(Some(cycle(&chain[first..], mark)));
        }
        if chain.len() > MAX_DEPTH {
            return Err(Some(
                Problem::at(mark, format!("includes are nested more than {MAX_DEPTH} deep"))
                    .help("include the innermost file directly"),
            ));
        }
        let mut node = self.tree(&real, name, mark)?;
        let mut chain = chain.to_vec();
        chain.push(real);
        self.expand(&mut node, &chain);
        Ok(node)
    }

    /// Where an include really lies, symlinks followed, when that is within the repository.
    fn real_path(&self, path: &str, name: &str, mark: Mark) -> Result<PathBuf, Problem> {
        let beside = self.files.beside(mark.file, path);
        let real = beside.canonicalize().map_err(|_| {
            Problem::at(mark, format!("there is no file `{name}`"))
                .help("paths count from the folder of the file that names them")
        })?;
        // Every path starts with an empty one; without a root nothing may be included.
        if !self.root.as_os_str().is_empty() && real.starts_with(&self.root) {
            return Ok(real);
        }
        Err(Problem::at(mark, format!("`{name}` lies outside the scenario's repository"))
            .help("copy it into the repository; includes may not leave it"))
    }
}

/// The path and its place, when an item is an include.
fn named(item: &Node) -> Option<(String, Mark)> {
    let path = item.get("use")?;
    Some((path.text()?.to_owned(), path.mark))
}

fn cycle(chain: Chain<'_>, mark: Mark) -> Problem {
    let names: Vec<String> = chain.iter().map(|path| format!("`{}`", file_name(path))).collect();
    let first = names.first().cloned().unwrap_or_default();
    let problem = Problem::at(mark, "this file includes itself").help("remove one of the includes");
    if names.len() > 1 { problem.label(format!("{} → {first}", names.join(" → "))) } else { problem }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What an include becomes: the items of a list, or a map with the including map's other keys laid over it.
fn lay_over(item: Node, found: Node, mark: Mark) -> Result<Vec<Node>, Option<Problem>> {
    let NodeKind::Map(own) = item.kind else { return Ok(vec![found]) };
    let own: Vec<_> = own.into_iter().filter(|(key, _)| key.text() != Some("use")).collect();
    match (found.kind, own.first()) {
        (NodeKind::List(items), None) => Ok(items),
        (NodeKind::List(_), Some((key, _))) => Err(Some(
            Problem::at(key.mark, "no other key may stand beside `use` here")
                .label("the included file is a list")
                .help("include a file that holds a map, or remove the key"),
        )),
        (NodeKind::Map(mut entries), _) => {
            for (key, value) in own {
                match entries.iter_mut().find(|(known, _)| known.text() == key.text()) {
                    Some(entry) => *entry = (key, value),
                    None => entries.push((key, value)),
                }
            }
            Ok(vec![Node { mark: found.mark, kind: NodeKind::Map(entries) }])
        }
        (NodeKind::Broken { .. }, _) => Err(None),
        (NodeKind::Scalar(_), _) => {
            Err(Some(Problem::at(mark, "the included file is neither a list nor a map")))
        }
    }
}
