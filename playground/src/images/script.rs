//! The small scripts by which an image's programs are called.

use crate::node::Supervisor;

/// A script that becomes `before`, the arguments it is given, and `after`.
pub(super) fn becoming(before: &[String], after: &[String]) -> String {
    let words = |list: &[String]| list.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
    format!("#!/bin/sh\nexec {} \"$@\" {}\n", words(before), words(after))
}

/// The same for an entrypoint, which the supervisor's program plays.
pub(super) fn entrypoint(supervisor: &Supervisor, words: &[String]) -> String {
    let program = supervisor.program.display().to_string();
    let args = supervisor.args.iter().map(|arg| arg.to_string_lossy().into_owned());
    let mode = ["--".to_owned(), crate::entrypoint::MODE.to_owned()];
    let all = std::iter::once(program).chain(args).chain(mode).chain(words.iter().cloned());
    becoming(&all.chain(["--".to_owned()]).collect::<Vec<_>>(), &[])
}

fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_reach_the_program_as_they_are() {
        let script = becoming(&["printf".into(), "%s|".into(), "it's $HOME".into()], &["a b".into()]);
        let output = std::process::Command::new("sh").args(["-c", &script, "sh", "x y"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "it's $HOME|x y|a b|");
    }
}
