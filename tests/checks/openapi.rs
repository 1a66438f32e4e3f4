//! `init --openapi`: a scenario from a document, which passes `check` and, against what the document describes, `run`.

use crate::golden::{program, same};
use std::fs;
use support::{Ended, Program, undisturbed};

/// Drafts from a document of `tests/checks/openapi`; the scenario has to be the one that was read and found good.
fn drafts(document: &str, golden: &str, program: &Program) -> Ended {
    program.write(document, fs::read(format!("tests/checks/openapi/{document}")).unwrap());
    let ended = program.run(&["init", "--openapi", document]);
    ended.expect(0, &["shakedown.yaml is written"]);
    same(&format!("tests/checks/openapi/{golden}"), &program.read("shakedown.yaml"));
    ended
}

#[test]
fn the_draft_of_a_shop_runs_unedited_against_that_shop() {
    let program = program().with("SESSION_KEY", "session-of-anna");
    let shop = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let running = shop.start(&["shop", "--listen", "127.0.0.1:0"]);
    let said = running.says("; Ctrl-C ends it");
    let url = said.split_once("listens on ").unwrap().1.split(';').next().unwrap();
    drafts("shop.yaml", "shop.drafted.yaml", &program).expect(0, &["it needs these variables: SESSION_KEY"]);
    program.run(&["check", "shakedown.yaml"]).expect(0, &[]);
    program.run(&["smoke", "shakedown.yaml", "--target", url]).expect(0, &["check GET /account: ok"]);
    let run = ["run", "shakedown.yaml", "--target", url, "--report", "json=-"];
    let ended = undisturbed(|| program.run(&run));
    assert_eq!(ended.code, Some(0), "{ended}");
    let report = ended.report();
    for endpoint in ["products/GET /products", "orders/POST /orders", "orders/GET /orders/{{ order_id }}"] {
        assert!(report.counts_of(endpoint).done > 0, "{endpoint} was never asked\n{ended}");
    }
    assert!(!ended.out.contains("session-of-anna") && !ended.err.contains("session-of-anna"), "{ended}");
    running.terminate();
    running.end().expect(0, &[]);
}

#[test]
fn a_document_of_3_1_becomes_chains_and_tells_what_it_left_out() {
    let program = program().with("BEARER_AUTH_TOKEN", "tok-1234567");
    drafts("clinic.json", "clinic.drafted.yaml", &program);
    program.run(&["check", "shakedown.yaml"]).expect(0, &[]);
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let program = program();
    drafts("shop.yaml", "shop.drafted.yaml", &program);
    program
        .run(&["check", "shakedown.yaml"])
        .expect(2, &["the environment variable `SESSION_KEY` is not set", "1 problem found"]);
}

#[test]
fn what_is_no_such_document_is_told_apart() {
    let program = program();
    let valid = r#"{"openapi": "3.0.0", "paths": {"/x": {"get": {"deprecated": true}}}}"#;
    for (name, text, words) in [
        (
            "a.yaml",
            "scenario: first\n",
            "a.yaml is no OpenAPI document: it does not begin with `openapi: 3.…`",
        ),
        ("a.txt", "just words", "a.txt is no OpenAPI document"),
        ("b.json", r#"{"swagger": "2.0", "paths": {}}"#, "b.json is a Swagger 2.0 document"),
        (
            "c.yaml",
            "openapi: 4.0.0\npaths: {}\n",
            "c.yaml is of OpenAPI 4.0.0, and only 3.0 and 3.1 are understood",
        ),
        ("d.yaml", "openapi: 3.1\ninfo: {}\n", "d.yaml has no `paths`, so there is nothing to ask"),
        ("e.yaml", "openapi: 3.0.0\npaths:\n  /x: [\n", "e.yaml is neither JSON nor YAML: "),
        (
            "f.json",
            "{\"openapi\": \"3.0.0\",\n \"paths\": {\"/x\": }}",
            "f.json is neither JSON nor YAML: expected value at line 2",
        ),
        (
            "g.json",
            valid,
            "no request could be made of g.json:\n  - GET /x (#/paths/~1x/get): it is deprecated",
        ),
    ] {
        program.write(name, text);
        program.run(&["init", "--openapi", name]).expect(2, &[words]);
        program.run(&["check", "shakedown.yaml"]).expect(2, &["there is no file"]);
    }
    program.run(&["init", "--openapi", "none.yaml"]).expect(2, &["there is no file `none.yaml`"]);
    program
        .run(&["init", "--openapi", "g.json", "--from-cluster", "-n", "x"])
        .expect(2, &["cannot be used with"]);
}
