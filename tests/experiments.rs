//! The experiments in `chaos/`: each is a fault that can be used as it is.

use shakedown::fault::{Fault, FaultSpec};
use shakedown::source::{Budget, Located, decode, parse};
use std::fs;
use std::path::Path;

fn compiled(text: &str) -> Result<Fault, String> {
    let mut problems = Vec::new();
    let tree = parse(text, 0, &mut Budget::default(), &mut problems);
    let spec = tree.and_then(|mut tree| decode::<Located<FaultSpec>>(&mut tree, &mut problems));
    let fault = spec.and_then(|spec| FaultSpec::compile(&spec, &mut problems));
    fault.filter(|_| problems.is_empty()).ok_or_else(|| format!("{problems:?}"))
}

#[test]
fn every_experiment_is_right_and_says_what_it_asks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chaos");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    assert!(files.len() >= 7, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let fault = compiled(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert!(!fault.name.is_empty());
        assert!(text.starts_with("# "), "{}: no word on what it is for", path.display());
    }
}

#[test]
fn every_kind_has_an_experiment() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chaos");
    let texts =
        fs::read_dir(folder).unwrap().filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok());
    let shown: Vec<&str> = texts.filter_map(|text| Some(compiled(&text).ok()?.kind.name())).collect();
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
