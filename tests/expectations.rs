//! What is expected of answers: what fails, under which class and in which words; and that no words give away a secret.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

use std::fs;
use std::path::Path;
use support::{Answer, Counts, Program, Scripted, Seen, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

const PRODUCT: &str =
    r#"{"id": 5, "name": "chair", "price": 12.5, "tags": ["red", "old"], "list": [{"n": 1}, {"n": 2}]}"#;

/// An expectation, and the class and words of its failure; none where it holds.
const CASES: [(&str, Option<(&str, &str)>); 27] = [
    ("{ status: 200 }", None),
    ("{ status: [404, 2xx] }", None),
    ("{ status: 404 }", Some(("status", "expected status 404, got 200 OK"))),
    ("{ status: [3xx, 404] }", Some(("status", "expected status 3xx or 404, got 200 OK"))),
    ("{ headers: { content-type: application/json } }", None),
    ("{ headers: { content-type: { contains: json, exists: true } } }", None),
    ("{ headers: { etag: v2 } }", Some(("assertion", "header etag should be `v2`, but is `v1`"))),
    (
        "{ headers: { etag: { matches: '^w' } } }",
        Some(("assertion", "header etag should match `^w`, but is `v1`")),
    ),
    (
        "{ headers: { etag: { exists: false } } }",
        Some(("assertion", "header etag should be absent, but is `v1`")),
    ),
    ("{ headers: { x-none: { exists: true } } }", Some(("assertion", "header x-none is missing"))),
    ("{ headers: { x-none: { exists: false } } }", None),
    ("{ body: { contains: chair } }", None),
    (
        "{ body: { contains: table } }",
        Some(("assertion", "the body should contain `table`, but is `{\"id\": 5")),
    ),
    ("{ body: { matches: 'ch..r' } }", None),
    ("{ json: { '$.id': { equals: 5, at_least: 5, at_most: 5, greater: 4.9, less: 5.1 } } }", None),
    ("{ json: { '$.id': { equals: '5' } } }", Some(("assertion", "$.id should be `\"5\"`, but is `5`"))),
    ("{ json: { '$.none': { exists: true } } }", Some(("assertion", "$.none is missing"))),
    ("{ json: { '$.none': { exists: false } } }", None),
    ("{ json: { '$.id': { exists: false } } }", Some(("assertion", "$.id should be absent, but is `5`"))),
    (
        "{ json: { '$.name': { matches: '^t' } } }",
        Some(("assertion", "$.name should match `^t`, but is `\"chair\"`")),
    ),
    (
        "{ json: { '$.price': { greater: 12.5 } } }",
        Some(("assertion", "$.price should be greater than 12.5, but is `12.5`")),
    ),
    ("{ json: { '$.price': { at_least: 12.5 } } }", None),
    ("{ json: { '$.tags': { contains: red, length: 2 } } }", None),
    ("{ json: { '$.tags': { contains: blue } } }", Some(("assertion", "$.tags should contain `\"blue\"`"))),
    ("{ json: { '$.tags': { length: 3 } } }", Some(("assertion", "$.tags should have length 3"))),
    (
        "{ json: { '$.list[*].n': { less: 2 } } }",
        Some(("assertion", "$.list[*].n should be less than 2, but is `2`")),
    ),
    ("{ max_body: 20B }", Some(("protocol", "the body is longer than 20 bytes"))),
];

/// A load of these journeys, each with as many arrivals.
fn load(server: &Scripted, journeys: &[String]) -> String {
    format!(
        "scenario: expectations\ntarget: {{ http: '{}' }}\nload:\n  workers: 1\n  \
         profile: {{ stages: [{{ from: {rate}/s, to: {rate}/s, over: 1s }}] }}\n  journeys:\n{}\n",
        server.url(),
        journeys.join("\n"),
        rate = 3 * journeys.len(),
    )
}

#[test]
fn each_expectation_fails_in_its_own_words() {
    let program = program();
    let server = Scripted::start([Answer::json(PRODUCT).header("etag", "v1")]);
    let journey = |(place, (expect, _)): (usize, &(&str, _))| {
        format!("    - {{ name: j{place}, steps: [{{ name: s, get: /, expect: {expect} }}] }}")
    };
    let journeys: Vec<String> = CASES.iter().enumerate().map(journey).collect();
    let report = program.scenario(&load(&server, &journeys)).report();
    assert_eq!(report.counts().planned, 3 * CASES.len() as u64);
    for (place, (expect, failure)) in CASES.iter().enumerate() {
        let name = format!("j{place}/s");
        let counts = report.counts_of(&name);
        let Some((class, words)) = failure else {
            assert_eq!(counts, Counts { planned: 3, done: 3, ..Counts::default() }, "{expect}");
            continue;
        };
        assert_eq!(counts, Counts { planned: 3, failed: 3, ..Counts::default() }, "{expect}");
        let example = report.endpoint(&name).text(&format!("/examples/{class}")).to_owned();
        assert!(example.starts_with(words), "{expect}: {example}");
    }
}

#[test]
fn what_cannot_be_captured_or_used_fails_in_words_too() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.as_str() {
        "/html" => Answer::ok("<h1>Hello</h1>"),
        "/lines" => Answer::json(r#"{"v": "two\nlines"}"#),
        _ => Answer::json(PRODUCT),
    });
    let journeys = [
        ("/html", "capture: { v: '$.id' }"),
        ("/html", "expect: { json: { '$.id': { exists: true } } }"),
        ("/", "capture: { v: '$.none' }"),
        ("/", "capture: { v: { header: x-none } }"),
        ("/", "capture: { v: { regex: 'serial=(.*)' } }"),
        ("/lines", "capture: { v: '$.v' }"),
    ];
    let journeys: Vec<String> = (0..)
        .zip(journeys)
        .map(|(place, (path, rest))| {
            let used = if rest.starts_with("capture") { "headers: { x-v: '{{ v }}' }" } else { "" };
            format!(
                "    - {{ name: j{place}, steps: [{{ name: s, get: {path}, {rest} }}, {{ name: t, get: /used, {used} }}] }}"
            )
        })
        .collect();
    let report = program.scenario(&load(&server, &journeys)).report();
    for (step, words) in [
        ("j0/s", "cannot capture `v`: the body is not JSON: expected value"),
        ("j1/s", "the body is not JSON: expected value at line 1 column 1; it begins `<h1>Hello</h1>`"),
        ("j2/s", "cannot capture `v`: nothing there in `{\"id\": 5"),
        ("j3/s", "cannot capture `v`: there is no header x-none"),
        ("j4/s", "cannot capture `v`: no match in `{\"id\": 5"),
        ("j5/t", "a value of the run does not fit into the header x-v: `two lines`"),
    ] {
        let example = report.endpoint(step).text("/examples/assertion").to_owned();
        assert!(example.contains(words), "{step}: {example}");
        assert_eq!(report.counts_of(step).failed, 3, "{step}");
    }
    assert!(server.seen().iter().all(|seen| seen.path != "/used"), "a failed step ends its journey");
}

const SECRET: &str = "sesame&open/up=\"now\"";
/// The secret in the forms in which it travels: as it is, percent-encoded, in JSON, in Base64 after `pat:`.
const FORMS: [&str; 4] = [SECRET, "sesame%26open", "sesame&open/up=\\\"now", "OnNlc2FtZSZvcGVu"];
/// What a cut text must not show of it.
const BEGINNING: &str = "sesame";

/// Everything that came, thrown back.
fn echo(seen: &Seen) -> Answer {
    let body = String::from_utf8_lossy(&seen.body).into_owned();
    let everything = format!("{}\n{}\n{:?}\n{body}", seen.method, seen.path, seen.headers);
    match seen.path.as_str() {
        "/health" => Answer::ok("ok"),
        "/away" => Answer::status(302).header("location", &format!("http://evil.test/{SECRET}")),
        "/json" => Answer::json(body),
        // As much before the secret as puts it on the edge of what is shown of a body.
        path if path.starts_with("/cut/") => {
            let before: usize = path["/cut/".len()..].parse().unwrap();
            Answer::status(500).body(format!("{}{SECRET}", "x".repeat(before)))
        }
        _ => Answer::status(500).body(everything),
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn no_output_holds_a_secret() {
    let program = program().with("SHOP_SECRET", SECRET);
    let server = Scripted::answering(echo);
    let mut journeys = vec![
        "    - { name: path, steps: [{ get: '/x/${env:SHOP_SECRET}' }] }".to_owned(),
        "    - { name: query, steps: [{ get: /q, query: { k: '{{ key }}' } }] }".into(),
        "    - { name: header, steps: [{ get: /h, headers: { x-k: '{{ key }}' } }] }".into(),
        "    - { name: json, steps: [{ post: /json, json: { k: '{{ key }}' }, expect: { json: { '$.k': { equals: no } } } }] }".into(),
        "    - { name: equals, steps: [{ post: /json, json: { k: 1 }, expect: { json: { '$.k': { equals: '{{ key }}' } } } }] }".into(),
        "    - { name: form, steps: [{ post: /f, form: { k: '{{ key }}' } }] }".into(),
        "    - { name: body, steps: [{ post: /b, body: '{{ key }}' }] }".into(),
        "    - { name: basic, steps: [{ get: /a, auth: { basic: { user: pat, password: '${env:SHOP_SECRET}' } } }] }".into(),
        "    - { name: bearer, steps: [{ get: /a, auth: { bearer: '{{ key }}' } }] }".into(),
        "    - { name: away, steps: [{ get: /away, redirects: 3 }] }".into(),
        "    - { name: capture, steps: [{ post: /json, json: { k: '{{ key }}' }, capture: { v: '$.k' } }, { get: '/v/{{ v }}' }] }".into(),
    ];
    journeys
        .extend((96..120).map(|cut| format!("    - {{ name: cut{cut}, steps: [{{ get: /cut/{cut} }}] }}")));
    let text =
        load(&server, &journeys).replace("load:", "vars: { key: '${env:SHOP_SECRET}' }\nload:").replace(
            "load:",
            "smoke:\n  - { name: '${env:SHOP_SECRET}', http: { get: /health } }\n  \
         - { name: told, severity: warn, http: { get: '/s/${env:SHOP_SECRET}' } }\nload:",
        );
    program
        .write("secret.yaml", text.replace("scenario: expectations", "scenario: 'with ${env:SHOP_SECRET}'"));
    program.write(
        "secret.yaml",
        program.read("secret.yaml") + "gates: [{ gate: p50 <= 60s, severity: warn }]\n",
    );
    for command in ["check", "plan"] {
        program.run(&[command, "secret.yaml"]).expect(0, &[]);
    }
    let reports = ["--report", "json=r.json", "--report", "junit=r.xml", "--report", "terminal=r.txt"];
    let run = [&["run", "secret.yaml", "--out", "runs"][..], &reports].concat();
    undisturbed(|| program.run(&run)).expect(0, &[]);
    program.run(&["judge", &program.saved().pop().unwrap()]).expect(0, &[]);
    program.write(
        "wrong.yaml",
        "scenario: x\ntarget: { http: '${env:SHOP_SECRET}' }\nsmoke: [{ http: { get: / } }]\n",
    );
    program.run(&["check", "wrong.yaml"]).expect(2, &["[env:SHOP_SECRET]"]);

    let arrived = server.seen();
    assert!(arrived.iter().any(|seen| seen.header("x-k") == SECRET), "the target got it");
    let files = files(program.folder());
    assert!(files.len() >= 12, "{files:?}");
    let mut masked = 0;
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(FORMS.iter().all(|form| !path.to_string_lossy().contains(form)), "{name}");
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for form in FORMS.iter().chain([&BEGINNING]) {
            let found = text.find(form).map(|at| text[..at].chars().rev().take(60).collect::<String>());
            let before: Option<String> = found.map(|found| found.chars().rev().collect());
            assert_eq!(before, None, "{name} shows `{form}`");
        }
        masked += text.matches("[env:SHOP_SECRET]").count();
    }
    assert!(masked > 20, "what was masked is named: {masked}");
}
