//! Scenarios that are right and scenarios that are wrong, each wrong one with its golden message.
//!
//! `UPDATE_GOLDEN=1 cargo test --test scenarios` writes the messages anew; read the difference before committing it.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

use shakedown::scenario::{Scenario, schema};
use shakedown::source::{Budget, Environment, Look, parse};
use std::fs;
use std::path::{Path, PathBuf};

/// What `${env:…}` finds in these tests.
fn environment() -> Environment {
    Environment::from_iter([
        ("SHOP_TOKEN", "s3cret-token"),
        ("SHOP_USER", "pat"),
        ("SHOP_RATE", "not-a-rate-but-secret"),
        ("SHOP_TEMPLATE", "{{ token }}"),
    ])
}

/// The YAML files of a folder, from the repository's root as somebody would name them, in order.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// The scenarios that come with the program.
fn shipped() -> Vec<PathBuf> {
    let all: Vec<PathBuf> = ["scenarios", "scenarios/demo", "scenarios/examples", "scenarios/protocols"]
        .into_iter()
        .flat_map(files)
        .collect();
    assert!(all.len() >= 10, "{}", all.len());
    all
}

#[test]
fn good_scenarios_load() {
    let files = files("tests/scenarios/good");
    assert!(files.len() >= 10, "{}", files.len());
    for path in files {
        if let Err(rejected) = Scenario::load(&path, &environment()) {
            panic!("{rejected}");
        }
    }
}

#[test]
fn shipped_scenarios_load() {
    for path in shipped() {
        if let Err(rejected) = Scenario::load(&path, &environment()) {
            panic!("{rejected}");
        }
    }
}

#[test]
fn bad_scenarios_say_what_is_wrong() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let files = files("tests/scenarios/bad");
    assert!(files.len() >= 45, "{}", files.len());
    let mut differ = Vec::new();
    for path in files {
        let said = match Scenario::load(&path, &environment()) {
            Ok(_) => panic!("{} was accepted", path.display()),
            Err(rejected) => rejected.render(Look::Plain),
        };
        assert!(!said.contains("s3cret") && !said.contains("not-a-rate-but"), "a secret in {said}");
        let golden = path.with_extension("err");
        if update {
            fs::write(&golden, said).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != said {
            differ.push(format!("{}\n{said}", golden.display()));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn golden_messages_belong_to_scenarios() {
    for entry in fs::read_dir("tests/scenarios/bad").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "err") {
            assert!(path.with_extension("yaml").exists(), "{} has no scenario", path.display());
        }
    }
}

fn json(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path).unwrap();
    let mut problems = Vec::new();
    let tree = parse(&text, 0, &mut Budget::default(), &mut problems).unwrap();
    assert_eq!(problems, [], "{}", path.display());
    tree.to_json()
}

#[test]
fn good_scenarios_fit_the_schema() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for path in files("tests/scenarios/good").into_iter().chain(shipped()) {
        let value = json(&path);
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# yaml-language-server: $schema="), "{}", path.display());
    }
}

#[test]
fn certificates_are_read_and_belong_together() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["shop.test".to_owned()]).unwrap();
    fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::write(folder.path().join("other.pem"), rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let load = |tls: &str| {
        let text = format!(
            "scenario: x\ntarget: {{ http: https://shop.test, tls: {{ {tls} }} }}\nsmoke: [http: {{ get: / }}]\n"
        );
        let path = folder.path().join("s.yaml");
        fs::write(&path, text).unwrap();
        Scenario::load(&path, &environment()).map_err(|rejected| rejected.problems()[0].message.clone())
    };
    assert!(load("ca: cert.pem, certificate: cert.pem, key: key.pem").is_ok());
    assert!(load("ca: cert.pem, certificate: cert.pem, key: other.pem").unwrap_err().contains("TLS"));
    assert!(load("ca: key.pem").unwrap_err().contains("PEM"));
    assert_eq!(load("certificate: cert.pem").unwrap_err(), "a certificate without its `key`");
}

#[test]
fn the_schema_for_editors_is_the_one_of_the_types() {
    let path = "scenarios/schema.json";
    let text = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, &text).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == text, "{path} is out of date; write it anew with UPDATE_GOLDEN=1");
}

#[test]
fn the_schema_refuses_what_is_unknown() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for bad in [
        serde_json::json!({ "scenario": "x", "laod": {} }),
        serde_json::json!({ "target": {} }),
        serde_json::json!({ "scenario": "x", "target": { "http": null } }),
        serde_json::json!({ "scenario": "x", "load": { "profile": { "peek": {} }, "journeys": [] } }),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}

#[test]
fn what_no_scenario_should_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        Scenario::load(&path, &environment()).unwrap_err().problems()[0].message.clone()
    };
    let ten_megabytes = "# a comment\n".repeat(10 * 1024 * 1024 / 12 + 1);
    assert!(refused("big.yaml", ten_megabytes.as_bytes()).ends_with("more than 1048576 bytes"));
    let mut laughs = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x]".to_owned()];
    laughs.extend((1..30).map(|level| {
        let items = [format!("*a{}", level - 1).as_str(); 9].join(", ");
        format!("a{level}: &a{level} [{items}]")
    }));
    assert!(refused("laughs.yaml", laughs.join("\n").as_bytes()).starts_with("the scenario is too large"));
    let deep = format!("scenario: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(refused("deep.yaml", deep.as_bytes()), "lists and maps are nested too deep");
    assert!(refused("binary.yaml", &[0xff, 0xfe, 0]).ends_with("is not UTF-8 text"));
    let message =
        |path: &Path| Scenario::load(path, &environment()).unwrap_err().problems()[0].message.clone();
    assert!(message(folder.path()).ends_with("is a directory, not a file"));
    assert!(message(&folder.path().join("none.yaml")).starts_with("there is no file"));
}
