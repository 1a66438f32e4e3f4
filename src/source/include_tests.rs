use super::*;
use std::fs;

/// A folder of files, a repository when it has a `.git`.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read(files: &[(&str, &str)]) -> (String, Vec<String>) {
    let folder = folder(files);
    let sources = Sources::read(&folder.path().join("s/main.yaml"), &Environment::from_iter([("P", "part")]));
    let json = sources.tree.map_or_else(String::new, |tree| tree.to_json().to_string());
    let here = folder.path().to_string_lossy().into_owned();
    (json, sources.problems.iter().map(|problem| problem.message.replace(&here, "")).collect())
}

const GIT: (&str, &str) = (".git/HEAD", "");

#[test]
fn lists_are_spliced_and_maps_are_laid_over() {
    for (files, json) in [
        (vec![("s/main.yaml", "l: [1, {use: a.yaml}, 4]"), ("s/a.yaml", "[2, 3]")], r#"{"l":[1,2,3,4]}"#),
        (
            vec![("s/main.yaml", "l: [{use: a.yaml, b: 9, d: 1}]"), ("s/a.yaml", "{a: 1, b: 2}")],
            r#"{"l":[{"a":1,"b":9,"d":1}]}"#,
        ),
        (
            vec![
                GIT,
                ("s/main.yaml", "l: [{use: ../x/a.yaml}]"),
                ("x/a.yaml", "l: [{use: b.yaml}]"),
                ("x/b.yaml", "[7]"),
            ],
            r#"{"l":[{"l":[7]}]}"#,
        ),
        (
            vec![("s/main.yaml", "l: [{use: '${env:P}.yaml'}]"), ("s/part.yaml", "['${env:P}']")],
            r#"{"l":["part"]}"#,
        ),
        // A body for the target may have a key of this name, and a map outside of a list is no include.
        (vec![("s/main.yaml", "json: [{use: x}]\nuse: a.yaml")], r#"{"json":[{"use":"x"}],"use":"a.yaml"}"#),
    ] {
        assert_eq!(read(&files), (json.to_owned(), Vec::new()));
    }
}

#[test]
fn what_cannot_be_included_is_said() {
    let chain: Vec<(String, String)> =
        (0..10).map(|n| (format!("s/c{n}.yaml"), format!("[{{use: c{}.yaml}}]", n + 1))).collect();
    let mut deep = vec![("s/main.yaml", "[{use: c0.yaml}]")];
    deep.extend(chain.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    for (files, message) in [
        (vec![("s/main.yaml", "[{use: none.yaml}]")], "there is no file `/s/none.yaml`"),
        (
            vec![("s/main.yaml", "[{use: ../a.yaml}]"), ("a.yaml", "[1]")],
            "`/a.yaml` lies outside the scenario's repository",
        ),
        (vec![("s/main.yaml", "[{use: main.yaml}]")], "this file includes itself"),
        (
            vec![("s/main.yaml", "[{use: a.yaml}]"), ("s/a.yaml", "[{use: main.yaml}]")],
            "this file includes itself",
        ),
        (
            vec![("s/main.yaml", "[{use: a.yaml, x: 1}]"), ("s/a.yaml", "[1]")],
            "no other key may stand beside `use` here",
        ),
        (
            vec![("s/main.yaml", "[{use: a.yaml}]"), ("s/a.yaml", "hello")],
            "the included file is neither a list nor a map",
        ),
        (vec![("s/main.yaml", "[{use: a.yaml}]"), ("s/a.yaml", "")], "the file is empty"),
        (
            vec![("s/main.yaml", "[{use: a.yaml}]"), ("s/a.yaml/b", "")],
            "`/s/a.yaml` is a directory, not a file",
        ),
        (deep, "includes are nested more than 8 deep"),
    ] {
        assert_eq!(read(&files).1, [message]);
    }
}

#[test]
fn a_link_does_not_lead_out_of_the_repository() {
    let outside = folder(&[("secret.yaml", "[1]")]);
    let folder = folder(&[("s/main.yaml", "[{use: link.yaml}]")]);
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), folder.path().join("s/link.yaml"))
        .unwrap();
    let sources = Sources::read(&folder.path().join("s/main.yaml"), &Environment::default());
    assert!(sources.problems[0].message.ends_with("lies outside the scenario's repository"));
}

#[test]
fn includes_do_not_multiply_without_end() {
    let uses = |name: &str| format!("[{}]", vec![format!("{{use: {name}}}"); 50].join(", "));
    let (a, b) = (uses("b.yaml"), uses("c.yaml"));
    let files =
        [("s/main.yaml", "[{use: a.yaml}]"), ("s/a.yaml", a.as_str()), ("s/b.yaml", &b), ("s/c.yaml", "[1]")];
    assert!(read(&files).1.iter().all(|message| message == "more than 200 includes"));
}
