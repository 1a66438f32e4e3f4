//! What is shipped works: every scenario in `scenarios/`, the schema, the completions.

use shakedown::source::{Budget, parse};
use std::fs;
use std::path::{Path, PathBuf};
use support::Program;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// The scenarios, as absolute paths.
fn scenarios() -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap_or_else(|e| panic!("{}: {e}", folder.display())).path();
            // What others include is no scenario by itself.
            if path.is_dir() && !path.ends_with("parts") {
                below(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), &mut found);
    found.sort();
    assert!(found.len() >= 2, "{found:?}");
    found
}

#[test]
fn every_scenario_is_right_and_can_be_planned() {
    let program = program();
    for path in scenarios() {
        let path = path.to_str().expect("a path of the repository");
        let checked = program.run(&["check", path]);
        checked.expect(0, &[]);
        assert!(checked.out.contains(": ok ("), "{checked}");
        let planned = program.run(&["plan", "--offline", path]);
        planned.expect(0, &[]);
        let text = fs::read_to_string(path).expect("a scenario");
        let load = text.contains("\nload:");
        let of_model = if text.contains("users:") {
            ["closed model: up to", "as many as are answered"]
        } else {
            ["| arrivals", "connections"]
        };
        let of_load = [of_model[0], of_model[1], "requests", "memory: about", "gates"];
        for part in ["target http"].iter().chain(&of_load[..if load { 5 } else { 0 }]) {
            assert!(planned.out.contains(part), "nothing of `{part}` in {planned}");
        }
        let ascii = program.run(&["plan", "--offline", "--ascii", path]);
        assert!(ascii.code == Some(0) && ascii.out.is_ascii(), "{ascii}");
    }
    assert!(program.saved().is_empty(), "nothing was run");
}

#[test]
fn the_schema_is_valid_and_accepts_every_scenario() {
    let printed = program().run(&["schema"]);
    printed.expect(0, &[]);
    let schema: serde_json::Value = serde_json::from_str(&printed.out).expect("the schema is JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
    for path in scenarios() {
        let text = fs::read_to_string(&path).expect("a file of the repository");
        let mut problems = Vec::new();
        let tree = parse(&text, 0, &mut Budget::default(), &mut problems).expect("YAML");
        let errors: Vec<String> = validator
            .iter_errors(&tree.to_json())
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty() && errors.is_empty(), "{}: {errors:#?}", path.display());
        let line = text.lines().next().unwrap_or_default();
        let named = line.strip_prefix("# yaml-language-server: $schema=").expect("the line for editors");
        let beside = path.parent().expect("a folder").join(named);
        let shipped: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&beside).unwrap_or_default()).unwrap_or_default();
        assert_eq!(shipped, schema, "{} names {named}, which is not what `schema` prints", path.display());
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = program().run(&["completions", shell]);
        ended.expect(0, &[]);
        assert!(ended.out.contains("shakedown") && ended.out.contains("smoke"), "{shell}: {ended}");
    }
}
