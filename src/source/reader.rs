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
    /// Reads a scenario file.
    pub fn read(path: &Path, environment: &Environment) -> Sources {
        Reader::new(environment).finish(|reader| reader.scenario(path))
    }

    /// Reads a scenario that is in no file, under a name for messages. Paths in it count from the current folder.
    pub fn read_text(name: &str, text: String, environment: &Environment) -> Sources {
        Reader::new(environment).finish(|reader| reader.text(name.to_owned(), text))
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

    fn finish(mut self, read: impl FnOnce(&mut Reader<'e>) -> Option<Node>) -> Sources {
        let tree = read(&mut self);
        Sources { tree, files: self.files, secrets: self.secrets, problems: self.problems }
    }

    fn scenario(&mut self, path: &Path) -> Option<Node> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.root = repository(&real);
        match self.tree(&real, path.to_string_lossy().into_owned(), Mark::default()) {
            Ok(mut tree) => {
                self.expand(&mut tree, &[real]);
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
        text.map_err(|error| error.problem(mark))?;
        self.parsed(file).ok_or(None)
    }

    fn text(&mut self, name: String, text: String) -> Option<Node> {
        self.root =
            Path::new(".").canonicalize().map(|folder| repository(&folder.join(&name))).unwrap_or_default();
        let file = self.files.add_text(name, text);
        let mut tree = self.parsed(file)?;
        self.expand(&mut tree, &[]);
        Some(tree)
    }

    /// The tree of a file that was read, with outside values in place.
    fn parsed(&mut self, file: usize) -> Option<Node> {
        let Reader { environment, files, secrets, problems, budget, .. } = self;
        let mut tree = parse(&files.get(file)?.text, file, budget, problems)?;
        Outside { environment, files, secrets, problems }.resolve(&mut tree);
        Some(tree)
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
