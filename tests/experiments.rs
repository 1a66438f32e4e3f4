//! The experiments in `chaos/`: each is a fault that can be used as it is, and has a role beside it that is enough.
#![expect(clippy::unwrap_used, reason = "tests")]

use shakedown::fault::{Fault, FaultSpec};
use shakedown::source::{Budget, Located, decode, parse};
use snapbox::{Assert, Data};
use std::fs;
use std::path::{Path, PathBuf};
use support::Program;

/// The YAML files of a folder of the repository, in the order of their names.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files
}

fn compiled(text: &str) -> Result<Fault, String> {
    let mut problems = Vec::new();
    let tree = parse(text, 0, &mut Budget::default(), &mut problems);
    let spec = tree.and_then(|mut tree| decode::<Located<FaultSpec>>(&mut tree, &mut problems));
    let fault = spec.and_then(|spec| FaultSpec::compile(&spec, &mut problems));
    fault.filter(|_| problems.is_empty()).ok_or_else(|| format!("{problems:?}"))
}

#[test]
fn every_experiment_is_right_and_says_what_it_asks() {
    let experiments = files("chaos");
    assert!(experiments.len() >= FaultSpec::KINDS.len(), "{experiments:?}");
    for path in experiments {
        let text = fs::read_to_string(&path).unwrap();
        let fault = compiled(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert!(!fault.name.is_empty());
        assert!(text.starts_with("# "), "{}: no word on what it is for", path.display());
    }
}

#[test]
fn every_kind_has_an_experiment() {
    let texts: Vec<String> = files("chaos").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let shown: Vec<&str> = texts.iter().map(|text| compiled(text).unwrap().kind.name()).collect();
    for kind in FaultSpec::KINDS {
        assert!(shown.contains(kind), "nothing in chaos/ shows `{kind}`");
    }
}

#[test]
fn a_network_fault_that_cannot_be_is_refused_where_it_is_written() {
    for (text, words) in [
        ("network: { service: store }", "`network` does nothing yet"),
        ("network: { service: store, refuse: true, share: 30% }", "`refuse` takes no `share`"),
        ("network: { service: store, latency: fast }", "`fast` is not a length of time"),
        ("partition: { pods: app=api, direction: up }", "up"),
        ("db_outage: {}", "does not know the database"),
        ("for: 1m\nselector_switch: { service: web, to: { app: web }, stays: true }", "has no end"),
        ("command: { run: [] }", "`run` is empty"),
    ] {
        let why = compiled(text).unwrap_err();
        assert!(why.contains(words), "{text}: {why}");
    }
}

/// What a role file begins with.
fn header(experiment: &str) -> String {
    format!(
        "# All that a run with the one fault of chaos/{experiment} may do in the namespace `shop`, and nothing more: the\n\
         # account of the run, and that of its guard.\n\
         #\n\
         # Made by `shakedown rbac` from a scenario with this fault and\n\
         # `target: {{ kubernetes: {{ context: staging, namespace: shop }} }}`. A test makes it again and compares;\n\
         # after a change: SNAPSHOTS=overwrite cargo test --test experiments\n"
    )
}

#[test]
fn every_experiment_has_the_role_that_rbac_prints_for_it() {
    let mut wanted = Vec::new();
    for path in files("chaos") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
        // What is included has to be in the same repository as the scenario, which this copy is.
        program.write(&name, fs::read(&path).unwrap());
        let text = format!(
            "scenario: role\ntarget: {{ http: 'http://shop.test', kubernetes: {{ context: staging, namespace: shop }} }}\n\
             load:\n  profile: {{ baseline: {{ base: 1/s, hold: 1m }} }}\n  journeys: [{{ name: browse, steps: [{{ \
             get: / }}] }}]\nfaults: [{{ use: {name} }}]\n"
        );
        program.write("s.yaml", text);
        let printed = program.run(&["rbac", "s.yaml"]);
        printed.expect(0, &[]);
        let role = Path::new(env!("CARGO_MANIFEST_DIR")).join("chaos/rbac").join(&name);
        let shipped = Data::read_from(&role, None);
        Assert::new().action_env("SNAPSHOTS").eq(header(&name) + &printed.out, shipped);
        wanted.push(role);
    }
    assert_eq!(files("chaos/rbac"), wanted, "a role without an experiment");
}
