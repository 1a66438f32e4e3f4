//! The paths in a source that start at `crate`, `self` or `super`, as paths from the root of the crate.

use crate::tokens::{Token, tokens};

/// One path, from the root of the crate; empty when the root itself is renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub line: usize,
    pub path: Vec<String>,
}

/// All paths of a source that is the module `module` (from the root; empty for the root).
pub fn paths(module: &[String], source: &str) -> Vec<Found> {
    let tokens = tokens(source);
    let mut walk = Walk { tokens: &tokens, at: 0, found: Vec::new() };
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    while let Some(word) = walk.text(0) {
        match word {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.retain(|(_, opened)| *opened < depth + 1);
            }
            "mod" if walk.text(2) == Some("{") => {
                inline.push((walk.text(1).unwrap_or_default().to_owned(), depth + 1));
            }
            "crate" | "self" | "super" if walk.starts_path() => {
                let here = module.iter().chain(inline.iter().map(|(name, _)| name)).cloned().collect();
                walk.tree(here);
                continue;
            }
            _ => {}
        }
        walk.at += 1;
    }
    walk.found
}

struct Walk<'t> {
    tokens: &'t [Token],
    at: usize,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn text(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead).map(|token| token.text.as_str())
    }

    /// Whether the keyword here begins a path: `crate::…`, or `use crate as …`.
    fn starts_path(&self) -> bool {
        let continues = self.at > 0 && self.tokens[self.at - 1].text == "::";
        let renamed = self.text(0) == Some("crate") && self.text(1) == Some("as");
        !continues && (self.text(1) == Some("::") || renamed)
    }

    /// Reads one branch of a `use` tree (a plain path is a tree of one branch) that stands below `prefix`.
    fn tree(&mut self, mut prefix: Vec<String>) {
        while let Some(word) = self.text(0).map(str::to_owned) {
            if word == "{" {
                return self.group(&prefix);
            }
            let line = self.tokens[self.at].line;
            self.at += 1;
            match word.as_str() {
                "crate" => prefix.clear(),
                "self" => {}
                // Above the root there is nothing; the compiler says so better than this test.
                "super" => drop(prefix.pop()),
                _ => prefix.push(word),
            }
            if self.text(0) != Some("::") || self.text(1) == Some("<") {
                self.found.push(Found { line, path: prefix });
                return;
            }
            self.at += 1;
        }
    }

    /// Reads `{a, b::c, self}` below `prefix`.
    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while let Some(word) = self.text(0) {
            match word {
                "}" => {
                    self.at += 1;
                    return;
                }
                "," => self.at += 1,
                "as" => self.at += 2,
                _ => self.tree(prefix.to_vec()),
            }
        }
    }
}

#[cfg(test)]
fn found(module: &str, source: &str) -> Vec<String> {
    let module: Vec<String> = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
    paths(&module, source)
        .into_iter()
        .map(|found| format!("{} {}", found.line, found.path.join("::")))
        .collect()
}

#[test]
fn every_way_to_write_a_path_is_seen() {
    let cases: [(&str, &str, &[&str]); 14] = [
        ("a", "use crate::b::C;", &["1 b::C"]),
        (
            "a",
            "use crate::{b, c::{D, e::F as G, self},\nh::*};",
            &["1 b", "1 c::D", "1 c::e::F", "1 c", "2 h::*"],
        ),
        (
            "a",
            "fn f(x: &crate::b::C) -> crate::d::E { crate::g::h::<u8>() }",
            &["1 b::C", "1 d::E", "1 g::h"],
        ),
        ("a", "let y = crate::b::C { x: 1 };\nuse crate::z;", &["1 b::C", "2 z"]),
        ("a", "pub(crate) fn f() {} pub(in crate::a) fn g() {}", &["1 a"]),
        ("a::b", "use super::c; use super::super::d;", &["1 a::c", "1 d"]),
        ("a", "mod tests { use super::*; use super::super::b; } use super::c;", &["1 a::*", "1 b", "1 c"]),
        ("a", "mod x { mod y { } use super::z; } mod w;", &["1 a::z"]),
        ("a", "use self::b::C; fn f(self) { self.x }", &["1 a::b::C"]),
        ("a", "use self::super::b;", &["1 b"]),
        ("a", "use crate as root;", &["1 "]),
        ("a", "macro_rules! m { () => { $crate::b::c() } }", &["1 b::c"]),
        ("a", "// crate::b\n\"crate::c\"; std::io; krate::d", &[]),
        ("a", "x::super_thing(); <T as crate::b::C>::new()", &["1 b::C"]),
    ];
    for (module, source, expected) in cases {
        assert_eq!(found(module, source), expected, "{source}");
    }
}
