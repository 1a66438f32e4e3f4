use super::*;

fn read(text: &str) -> (Option<Node>, Vec<Problem>) {
    let mut problems = Vec::new();
    let tree = parse(text, 0, &mut Budget::default(), &mut problems);
    (tree, problems)
}

fn messages(text: &str) -> Vec<String> {
    read(text).1.into_iter().map(|problem| problem.message).collect()
}

/// The source text of every scalar's mark, keys included.
fn marked(node: &Node, text: &str, out: &mut Vec<String>) {
    match &node.kind {
        NodeKind::Scalar(_) => out.push(text[node.mark.start..node.mark.end].to_owned()),
        NodeKind::List(items) => items.iter().for_each(|item| marked(item, text, out)),
        NodeKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            marked(key, text, out);
            marked(value, text, out);
        }),
        NodeKind::Broken { .. } => {}
    }
}

#[test]
fn scalars_know_where_they_stand_and_what_was_written() {
    let text = "ä: 1.10\n'b c': \"x\\ty\"\nlist: [yes, 0x1F, ~, '']\n";
    let tree = read(text).0.unwrap();
    let mut marks = Vec::new();
    marked(&tree, text, &mut marks);
    assert_eq!(marks, ["ä", "1.10", "b c", "x\\ty", "list", "yes", "0x1F", "~", "''"]);
    assert_eq!(tree.get("ä").unwrap().text(), Some("1.10"));
    assert_eq!(tree.get("b c").unwrap().text(), Some("x\ty"));
    assert_eq!(tree.to_json().to_string(), r#"{"ä":1.1,"b c":"x\ty","list":["yes",31,null,""]}"#);
}

#[test]
fn collections_end_with_their_last_value() {
    let text = "a:\n  b: 1\n  c: [1,\n    2]\n\n\nd: {e: 2}  # end\n";
    let tree = read(text).0.unwrap();
    let shown = |key: &str| {
        let mark = tree.get(key).unwrap().mark;
        &text[mark.start..mark.end]
    };
    assert_eq!(shown("a"), "b: 1\n  c: [1,\n    2]");
    assert_eq!(shown("d"), "{e: 2}");
}

#[test]
fn aliases_are_copies() {
    let tree = read("a: &x {b: 1}\nc: *x\n").0.unwrap();
    assert_eq!(tree.to_json().to_string(), r#"{"a":{"b":1},"c":{"b":1}}"#);
}

#[test]
fn what_is_wrong_is_said() {
    for (text, message) in [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("a: 1\nb: 2\na: 3\n", "the key `a` stands here twice"),
        ("a: {{ id }}\n", "a key must be a text"),
        ("a: &x {b: *x}\n", "this alias stands inside the value that it refers to"),
        ("a: *x\n", "no value above has this anchor"),
        ("a: !!int 5\n", "the tag `!!int` has no meaning here"),
        ("a: 1\n---\nb: 2\n", "a file holds one document, and this starts a second one"),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "merge keys (`<<`) are not part of YAML 1.2"),
        ("a: [1, 2\nb: 3\n", "a `:` may not stand here"),
        ("a: [1 2] x\n", "this line does not line up with the lines above it"),
        ("a: b: c\n", "a second key on one line"),
        ("a: @home\n", "no text can begin with this character"),
        ("a: 'x' y\n", "something follows the closing quote"),
        ("a: [1, 2\n", "a bracket is not closed"),
        ("a: \"x\n", "this text has no closing quote"),
        ("a:\n\t- 1\n", "a tab stands where YAML wants spaces"),
    ] {
        assert_eq!(messages(text), [message], "{text}");
    }
}

#[test]
fn the_quote_that_is_not_closed_is_pointed_at() {
    for (text, rest) in [
        ("a: \"x\n", "\"x\n"),
        ("a: \"it's\nb: \"http://h\"\n", "\"it's\nb: \"http://h\"\n"),
        ("- a: ['x\n- b\n", "'x\n- b\n"),
    ] {
        let places: Vec<&str> = read(text).1.iter().map(|problem| &text[problem.mark.start..]).collect();
        assert_eq!(places, [rest], "{text}");
    }
}

#[test]
fn the_tab_is_pointed_at() {
    for (text, rest) in [
        ("a: x\n\tb: y\n", "\tb: y\n"),
        ("a:\n\t- 1\n", "\t- 1\n"),
        ("a:\n  b: 1\n \tc: 2\n", "\tc: 2\n"),
        ("a: |\n\tx\n", "\tx\n"),
        ("a: [\n\t1 ]\nb: {{ c }}\n", "\t1 ]\nb: {{ c }}\n"),
    ] {
        let places: Vec<&str> = read(text).1.iter().map(|problem| &text[problem.mark.start..]).collect();
        assert_eq!(places, [rest], "{text}");
    }
}

#[test]
fn every_double_key_is_said_at_once() {
    assert_eq!(messages("a: 1\na: 2\nb: {c: 1, c: 2}\n").len(), 2);
    assert_eq!(messages(&"a: 1\n".repeat(1_000)).len(), MAX_PROBLEMS + 1);
}

#[test]
fn what_would_take_all_memory_is_refused() {
    let mut laughs = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x]".to_owned()];
    for level in 1..20 {
        let items = [format!("*a{}", level - 1).as_str(); 9].join(", ");
        laughs.push(format!("a{level}: &a{level} [{items}]"));
    }
    assert!(messages(&laughs.join("\n"))[0].starts_with("the scenario is too large"));
    let deep = "[".repeat(10_000);
    assert_eq!(messages(&deep), ["lists and maps are nested too deep"]);
    let blocks: Vec<String> = (0..1_000).map(|level| format!("{}a:", " ".repeat(level))).collect();
    assert_eq!(messages(&blocks.join("\n")), ["lists and maps are nested too deep"]);
    let mut chain = vec!["b0: &b0 [x]".to_owned()];
    chain.extend((1..100).map(|n| format!("b{n}: &b{n} [*b{}]", n - 1)));
    assert_eq!(messages(&chain.join("\n")), ["lists and maps are nested more than 64 deep"]);
}
