//! From the text of a YAML file to its tree. All mistakes that the parser survives are reported at once.

use super::syntax::{QUOTE, syntax_problem};
use super::{MAX_PROBLEMS, Mark, Node, NodeKind, Problem, Scalar, Style};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, Tag, options};
use std::collections::HashMap;

/// How much a scenario may hold over all its files: nodes after aliases and includes are put in place.
const MAX_NODES: usize = 50_000;

/// How deep it may nest. Real scenarios stay below ten.
pub(super) const MAX_DEPTH: usize = 64;

/// What is left of the size that a scenario may have.
#[derive(Debug)]
pub struct Budget {
    nodes: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { nodes: MAX_NODES }
    }
}

impl Budget {
    /// Takes `nodes` from the budget, or reports at `mark` that there are too many.
    fn take(&mut self, nodes: usize, mark: Mark) -> Result<(), Problem> {
        match self.nodes.checked_sub(nodes) {
            Some(left) => {
                self.nodes = left;
                Ok(())
            }
            None => Err(Problem::at(
                mark,
                format!("the scenario is too large: it has more than {MAX_NODES} values with its aliases"),
            )
            .help("keep data in CSV or JSON lines files, and split the scenario")),
        }
    }
}

/// Parses a file. What could not be read is [`NodeKind::Broken`] and reported; `None` when nothing could be.
pub fn parse(text: &str, file: usize, budget: &mut Budget, problems: &mut Vec<Problem>) -> Option<Node> {
    let mut builder = Builder {
        text,
        file,
        budget,
        problems,
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        documents: 0,
    };
    let mut options = options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    options.set_emit_comments(false);
    for next in Parser::new_from_str_with_options(text, options) {
        let taken = match next {
            Ok((event, span)) => builder.take(event, &span),
            Err(error) => Err(syntax_problem(text, file, &error)),
        };
        if let Err(problem) = taken {
            // What follows an unquoted `{{ … }}` is the same mistake.
            let again =
                builder.problems.last().is_some_and(|last| last.help == QUOTE && problem.help == QUOTE);
            builder.problems.extend((!again).then_some(problem));
            return None;
        }
        if builder.problems.len() > MAX_PROBLEMS {
            return None;
        }
        if builder.documents > 1 {
            break;
        }
    }
    let root = builder.root.take();
    if root.is_none() {
        let empty = Problem::at(Mark { file, start: 0, end: 0 }, "the file is empty");
        builder.problems.push(empty.help("begin with `scenario: NAME`, a `target`, and `smoke` or `load`"));
    }
    root
}

/// A list or map that is not closed yet.
struct Open {
    mark: Mark,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<(Node, Node)>,
    seen: HashMap<String, Mark>,
    key: Option<Key>,
    /// Whether something in it is no map at all; what it lacks because of that is not to be reported.
    spoilt: bool,
}

enum Key {
    /// A key that waits for its value.
    Good(Node),
    /// A key that was reported; its value is left out.
    Bad,
}

struct Builder<'t> {
    text: &'t str,
    file: usize,
    budget: &'t mut Budget,
    problems: &'t mut Vec<Problem>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Problem> {
        let mark = self.mark(span);
        match event {
            Event::DocumentStart(..) => self.document(mark),
            Event::Scalar(text, style, anchor, tag) => {
                let style = self.style(style, tag.as_deref(), mark);
                let scalar = Scalar { text: text.into_owned(), style };
                let mark = within_quotes(self.text, mark);
                self.budget.take(1, mark)?;
                self.close(Node { mark, kind: NodeKind::Scalar(scalar) }, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(mark, anchor, tag.as_deref(), Content::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.open(mark, anchor, tag.as_deref(), Content::Map(OpenMap::default()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(mark)?,
            Event::Alias(id) => {
                let node = self.anchors.get(&id).cloned().ok_or_else(|| {
                    Problem::at(mark, "this alias stands inside the value that it refers to")
                        .help("write the value out")
                })?;
                self.check_depth(node.depth(), mark)?;
                self.budget.take(node.count(), mark)?;
                self.close(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn mark(&self, span: &Span) -> Mark {
        let at = |offset: Option<usize>| offset.unwrap_or(0).min(self.text.len());
        let (start, end) = (at(span.start.byte_offset()), at(span.end.byte_offset()));
        Mark { file: self.file, start, end: end.max(start) }
    }

    fn document(&mut self, mark: Mark) {
        self.documents += 1;
        if self.documents > 1 {
            self.problems.push(
                Problem::at(mark, "a file holds one document, and this starts a second one")
                    .help("remove the `---`, or put the rest into a file of its own"),
            );
        }
    }

    fn style(&mut self, style: ScalarStyle, tag: Option<&Tag>, mark: Mark) -> Style {
        match tag {
            Some(tag) if tag.is_yaml_core_schema_tag("str") => return Style::Quoted,
            Some(tag) => self.refuse_tag(tag, mark),
            None => {}
        }
        if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted }
    }

    fn refuse_tag(&mut self, tag: &Tag, mark: Mark) {
        let message = format!("the tag `{}` has no meaning here", tag.original());
        self.problems
            .push(Problem::at(mark, message).help("remove it; the key decides the type of its value"));
    }

    fn open(
        &mut self,
        mark: Mark,
        anchor: usize,
        tag: Option<&Tag>,
        content: Content,
    ) -> Result<(), Problem> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.refuse_tag(tag, mark);
        }
        self.budget.take(1, mark)?;
        self.open.push(Open { mark, anchor, content });
        self.check_depth(0, mark)
    }

    fn check_depth(&self, more: usize, mark: Mark) -> Result<(), Problem> {
        if self.open.len() + more <= MAX_DEPTH {
            return Ok(());
        }
        Err(Problem::at(mark, format!("lists and maps are nested more than {MAX_DEPTH} deep")))
    }

    fn end(&mut self, end: Mark) -> Result<(), Problem> {
        let Some(Open { mark, anchor, content }) = self.open.pop() else { return Ok(()) };
        let (kind, last) = match content {
            Content::List(items) => {
                let last = items.last().map(|item| item.mark.end);
                (NodeKind::List(items), last)
            }
            Content::Map(OpenMap { entries, spoilt, .. }) => {
                let last = entries.last().map(|(key, value)| key.mark.end.max(value.mark.end));
                let kind = if spoilt { NodeKind::Broken { meant: None } } else { NodeKind::Map(entries) };
                (kind, last)
            }
        };
        // A block ends where the next token begins; its last value says better where it ends.
        let flow = self.text[..end.end].ends_with(['}', ']']);
        let end = last.filter(|_| !flow).unwrap_or(end.end).max(mark.start);
        self.close(Node { mark: Mark { end, ..mark }, kind }, anchor)
    }

    /// Puts a finished node where it belongs.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.budget.take(node.count(), node.mark)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Map(map) => match map.key.take() {
                None => {
                    map.key = Some(match map.check_key(self.text, &node) {
                        Ok(()) => Key::Good(node),
                        Err(problem) => {
                            self.problems.push(problem);
                            Key::Bad
                        }
                    });
                }
                Some(Key::Good(key)) => map.entries.push((key, node)),
                Some(Key::Bad) => {}
            },
        }
        Ok(())
    }
}

impl OpenMap {
    /// Whether a node may be the next key.
    fn check_key(&mut self, text: &str, node: &Node) -> Result<(), Problem> {
        let Some(name) = node.text() else {
            self.spoilt = true;
            let problem = Problem::at(node.mark, "a key must be a text");
            // `get: {{ id }}` without quotes is a map whose key is a map.
            let brace = text[node.mark.start..].starts_with('{');
            return Err(if brace { problem.help(QUOTE) } else { problem });
        };
        if name == "<<" {
            self.spoilt = true;
            return Err(Problem::at(node.mark, "merge keys (`<<`) are not part of YAML 1.2")
                .help("put the shared part into a file and write `- use: that-file.yaml`"));
        }
        let Some(first) = self.seen.insert(name.to_owned(), node.mark) else { return Ok(()) };
        let line = text[..first.start].matches('\n').count() + 1;
        Err(Problem::at(node.mark, format!("the key `{name}` stands here twice"))
            .label(format!("first on line {line}"))
            .help("keep one of the two"))
    }
}

/// The mark without quotes, so that offsets within the text are offsets within the file.
fn within_quotes(text: &str, mark: Mark) -> Mark {
    let slice = &text[mark.start..mark.end];
    let quoted = slice.len() > 2
        && (slice.starts_with('"') && slice.ends_with('"')
            || slice.starts_with('\'') && slice.ends_with('\''));
    if quoted { Mark { start: mark.start + 1, end: mark.end - 1, ..mark } } else { mark }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
