use super::*;
use crate::source::Mark;
use std::fs;

fn files(text: &str) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    fs::write(&path, text).unwrap();
    let mut files = Files::default();
    files.read(&path, "demo/a.yaml".into()).1.unwrap();
    files
}

fn at(start: usize, end: usize) -> Mark {
    Mark { file: 0, start, end }
}

#[test]
fn the_look_of_rustc() {
    let problems = [
        Problem::at(at(15, 19), "unknown key `nmae`").help("did you mean `name`?"),
        Problem::at(at(0, 24), "the key `load` is missing").label("in this map"),
        Problem::at(at(15, 19), "unknown key `nmae`").help("did you mean `name`?"),
    ];
    snapbox::assert_data_eq!(
        render(&problems, &files("first: 1\nlist: [nmae, x]\n"), Look::Plain),
        snapbox::str![[r"
error: the key `load` is missing
 --> demo/a.yaml:1:1
  |
1 | first: 1
  | ^^^^^^^^ in this map

error: unknown key `nmae`
 --> demo/a.yaml:2:7
  |
2 | list: [nmae, x]
  |       ^^^^
  |
  = help: did you mean `name`?

"]]
    );
}

#[test]
fn long_lines_are_cut_around_the_caret() {
    let text = format!("a: {}HERE{}", "x".repeat(500), "y".repeat(500));
    let shown = render(&[Problem::at(at(503, 507), "odd")], &files(&text), Look::Plain);
    assert!(shown.contains("HERE") && shown.contains("demo/a.yaml:1:504"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 160), "{shown}");
}

#[test]
fn a_line_without_end_is_only_named() {
    let text = format!("a: {}HERE", "x".repeat(20_000));
    let shown = render(&[Problem::at(at(20_003, 20_007), "odd")], &files(&text), Look::Plain);
    assert!(shown.contains("demo/a.yaml:1:20004") && shown.len() < 200, "{shown}");
}

#[test]
fn marks_that_fit_no_text_do_no_harm() {
    for (text, mark) in
        [("a: ü\n", at(4, 5)), ("a: 1\n", at(5, 5)), ("a", at(90, 99)), ("\n\n", at(1, 2)), ("", at(0, 0))]
    {
        let folder_less = Files::default();
        render(&[Problem::at(mark, "odd")], &folder_less, Look::Plain);
        let shown = render(&[Problem::at(mark, "odd")], &files(text), Look::Coloured);
        assert!(shown.contains("odd"));
    }
}

#[test]
fn a_password_within_a_url_is_not_shown() {
    let text = "{ a: 'amqp://user:hunter22@host', b: 1 }\n";
    for (mark, carets) in [(at(5, 32), "|      ^^^^^^^^^^^^^^^^^^^^^^\n"), (at(37, 38), "^\n")] {
        let shown = render(&[Problem::at(mark, "odd")], &files(text), Look::Plain);
        assert!(shown.contains("{ a: 'amqp://user:***@host', b: 1 }"), "{shown}");
        assert!(!shown.contains("hunter22") && shown.contains(carets), "{shown}");
    }
    let inside = render(&[Problem::at(at(20, 22), "odd")], &files(text), Look::Plain);
    assert!(!inside.contains("hunter22"), "{inside}");
}
