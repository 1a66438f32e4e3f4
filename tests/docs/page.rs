//! A page of Markdown, as far as tests look into it.

use std::fs;

/// One page.
pub struct Page {
    /// From the root of the repository.
    pub path: String,
    pub text: String,
}

/// A fenced block.
pub struct Block {
    /// What stands after the fence: `yaml step`.
    pub kind: String,
    pub text: String,
    /// The line of its fence.
    pub line: usize,
}

/// The README and the pages of the guide.
pub fn pages() -> Vec<Page> {
    let folders =
        ["docs", "docs/checks", "docs/faults"].into_iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let entries = folders.map(|entry| entry.unwrap().path());
    let mut paths: Vec<String> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    paths.sort();
    paths.push("README.md".into());
    paths.iter().map(|path| Page::read(path)).collect()
}

impl Page {
    pub fn read(path: &str) -> Page {
        Page { path: path.to_owned(), text: fs::read_to_string(path).unwrap_or_default() }
    }

    /// The fenced blocks whose kind begins so.
    pub fn blocks(&self, kind: &str) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (number, line) in self.text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, Some(kind)) => {
                    open = Some(Block { kind: kind.to_owned(), text: String::new(), line: number + 1 });
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{} has a block without an end", self.path);
        blocks.into_iter().filter(|block| block.kind.starts_with(kind)).collect()
    }

    /// The rows of the table whose header begins with this cell; code marks are left out.
    pub fn table(&self, first: &str) -> Vec<Vec<String>> {
        let cells = |line: &str| -> Vec<String> {
            let inner = line.trim().trim_matches('|');
            inner.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
        };
        let mut lines =
            self.text.lines().skip_while(|line| cells(line)[0] != first || !line.starts_with('|')).skip(2);
        let rows: Vec<Vec<String>> =
            lines.by_ref().take_while(|line| line.starts_with('|')).map(cells).collect();
        assert!(!rows.is_empty(), "{} has no table that begins with `{first}`", self.path);
        rows
    }

    /// Paths in `](…)` that are not addresses.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        let targets = self.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.filter(|target| !target.contains("://") && !target.starts_with('#'))
    }
}
