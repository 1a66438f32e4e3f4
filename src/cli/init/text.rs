//! Comments.

/// A longer line of somebody else would not be read.
const LONGEST: usize = 160;

/// The lines as a comment.
pub(super) fn comment(lines: &[String], indent: &str) -> String {
    let lines = lines.iter().map(|line| format!("{indent}# {}\n", printed(line)));
    lines.collect::<Vec<_>>().concat()
}

/// A text of somebody else on one line, cut to a readable length.
pub(super) fn short(text: &str) -> String {
    let line = printed(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Without what ends a line, or what YAML does not let stand in a comment.
fn printed(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}
