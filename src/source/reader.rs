//! A scenario file and everything it includes, as one tree with outside values in place.

use super::outside::Outside;
use super::{Budget, Environment, Files, Mark, Node, Problem, Secrets, parse};
use std::path::{Path, PathBuf};

/// All that reading a scenario's files gave.
#[derive(Debug, Default)]
pub struct Sources {
    /// The scenario's tree, includes and outside values in place; `None` when it could not be read at all.
    pub tree: Option<Node>,
    /// The files.
    pub files: Files,
    /// The outside values.
    pub secrets: Secrets,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

/// Reads files into one tree.
pub(super) struct Reader<'e> {
    environment: &'e Environment,
    pub(super) files: Files,
    secrets: Secrets,
    pub(super) problems: Vec<Problem>,
    budget: Budget,
    /// Includes must lie in here.
    pub(super) root: PathBuf,
    /// How many includes there were.
    pub(super) includes: usize,
}

impl Sources {
    /// Reads a scenario.
    pub fn read(path: &Path, environment: &Environment) -> Sources {
        let mut reader = Reader::new(environment);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        reader.root = repository(&real);
        let tree = reader.scenario(&real, path.to_string_lossy().into_owned());
        Sources { tree, files: reader.files, secrets: reader.secrets, problems: reader.problems }
    }

    /// Reads a scenario that is no file, shown as `name` in messages; its paths count from the current folder.
    pub fn of_text(name: &str, text: &str, environment: &Environment) -> Sources {
        let mut reader = Reader::new(environment);
        reader.root = Path::new(".").canonicalize().unwrap_or_default();
        let place = reader.root.join(name);
        reader.files.remember(&place, name, text);
        let tree = reader.scenario(&place, name.to_owned());
        Sources { tree, files: reader.files, secrets: reader.secrets, problems: reader.problems }
    }
}

impl<'e> Reader<'e> {
    fn new(environment: &'e Environment) -> Reader<'e> {
        Reader {
            environment,
            files: Files::default(),
            secrets: Secrets::default(),
            problems: Vec::new(),
            budget: Budget::default(),
            root: PathBuf::new(),
            includes: 0,
        }
    }
}

impl Reader<'_> {
    fn scenario(&mut self, path: &Path, name: String) -> Option<Node> {
        match self.tree(path, name, Mark::default()) {
            Ok(mut tree) => {
                self.expand(&mut tree, &[path.to_owned()]);
                Some(tree)
            }
            Err(problem) => {
                self.problems.extend(problem);
                None
            }
        }
    }

    /// The tree of one file with outside values in place. The problem is `None` when it was reported already.
    pub(super) fn tree(&mut self, path: &Path, name: String, mark: Mark) -> Result<Node, Option<Problem>> {
        let (file, text) = self.files.read(path, name);
        let text = text.map_err(|error| error.problem(mark))?;
        let mut tree = parse(text, file, &mut self.budget, &mut self.problems).ok_or(None)?;
        let Reader { environment, files, secrets, problems, .. } = self;
        Outside { environment, files, secrets, problems }.resolve(&mut tree);
        Ok(tree)
    }
}

/// The repository that a file lies in: the nearest folder above it with a `.git`, else its own folder.
fn repository(file: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(Path::new("/"));
    own.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(own).to_owned()
}

#[cfg(test)]
#[path = "include_tests.rs"]
mod tests;
