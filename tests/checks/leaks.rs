//! A scenario full of secrets, over all kinds, and servers that give back all they are told: what anybody can read of it
//! afterwards holds none of them, in no form.

use crate::golden::program;
use crate::secrets::files;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;
use support::{Answer, Ended, Program, Report, Scripted, Seen};

const ENVIRONMENT: [(&str, &str); 5] = [
    ("SHOP_TOKEN", "tok-8d1f/2c77+x"),
    ("SHOP_PASSWORD", "p4ss'w0rd+\"x\" & <y>"),
    ("SHOP_KEY", "key-55aa55aa"),
    ("SHOP_CARD", "4111-1111-1111"),
    ("SHOP_DSN", "postgres://pat:dsn-pa55@127.0.0.1:1/shop"),
];

/// In `token.txt`, in the kubeconfig, within the DSN, and issued by the server.
const OTHERS: [&str; 4] = ["file-0a1b2c3d", "kube-7f6e5d4c", "dsn-pa55", "issued-5e4d3c2b"];

/// In `key.pem`; tools print it line by line.
const KEY: [&str; 2] = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "AoIBAQDf0aB1cD2eF3gH4iJ5kL6mN7oP"];

/// Written into the scenario itself.
fn written() -> Vec<&'static str> {
    let scenario = include_str!("leaks.yaml");
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let mut found: Vec<&str> = scenario.split(word).filter(|word| word.starts_with("lit-")).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Gives back the whole request, in the way that its path asks for.
fn echo(seen: &Seen) -> Answer {
    let told = format!("{} {:?} {}", seen.path, seen.headers, String::from_utf8_lossy(&seen.body));
    let json = serde_json::json!({ "told": told, "path": seen.path, "access_token": "issued-5e4d3c2b" });
    match seen.path.split(['/', '?']).nth(1) {
        Some("ok" | "next") => Answer::ok(told),
        Some("login" | "json") => Answer::json(json.to_string()),
        Some("moved") => Answer::status(302).header("location", &format!("/next{}", &seen.path[6..])),
        Some("api" | "apis") => {
            let status = serde_json::json!({
                "kind": "Status", "apiVersion": "v1", "status": "Failure",
                "message": told, "reason": "Forbidden", "code": 403,
            });
            Answer::status(403).header("content-type", "application/json").body(status.to_string())
        }
        _ => Answer::status(500).header("x-told", &seen.path).body(told),
    }
}

/// The program in a folder with all files of the scenario.
fn prepared(server: &Scripted) -> Program {
    let program = ENVIRONMENT.iter().fold(program(), |program, (name, value)| program.with(name, value));
    let at = server.addr().to_string();
    program.write("s.yaml", include_str!("leaks.yaml").replace("ECHO", &server.url()).replace("AT", &at));
    program.write("token.txt", "file-0a1b2c3d\n");
    program.write(
        "key.pem",
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", KEY.join("\n")),
    );
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: there\n\
         contexts: [{{ name: there, context: {{ cluster: c, user: u }} }}]\n\
         clusters: [{{ name: c, cluster: {{ server: '{}' }} }}]\n\
         users: [{{ name: u, user: {{ token: kube-7f6e5d4c }} }}]\n",
        server.url()
    );
    program.write("kubeconfig", kubeconfig);
    program
}

/// The ways in which a value may be written.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let page = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        STANDARD.encode(secret),
        STANDARD.encode(format!("pat:{secret}")),
        secret.replace('\'', r"'\''"),
        page.replace('\'', "&apos;"),
        page,
    ]
}

/// Nothing that the program said or wrote holds a secret.
fn tells_nothing(program: &Program, ended: &Ended) {
    let mut outputs =
        vec![("stdout".to_owned(), ended.out.clone()), ("stderr".to_owned(), ended.err.clone())];
    files(program.folder(), &mut outputs);
    let given = ["s.yaml", "token.txt", "key.pem", "kubeconfig"];
    outputs.retain(|(name, _)| !given.iter().any(|given| name.ends_with(given)));
    let known = ENVIRONMENT.iter().map(|(_, value)| *value).chain(OTHERS).chain(KEY).chain(written());
    let mut leaks = Vec::new();
    for form in known.flat_map(forms) {
        for (name, text) in &outputs {
            let lines = text.lines().filter(|line| line.contains(&form));
            leaks.extend(lines.take(3).map(|line| format!("`{form}` is in {name}: {line:.300}")));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// All kinds of checks that there are.
fn kinds() -> BTreeSet<String> {
    let around = ["name", "timeout", "retry", "eventually", "depends_on", "only_if", "severity"];
    let schema = shakedown::scenario::schema();
    let keys = schema["$defs"]["Check"]["properties"].as_object().unwrap().keys();
    keys.filter(|key| !around.contains(&key.as_str())).cloned().collect()
}

#[test]
fn a_run_full_of_secrets_tells_none_of_them() {
    let server = Scripted::answering(echo);
    let program = prepared(&server);
    let reports: Vec<String> = shakedown::report::list()
        .iter()
        .map(|kind| format!("--report={}=report.{}", kind.name, kind.name))
        .collect();
    assert!(reports.len() >= 3, "{reports:?}");
    let with = |command: &[&str]| {
        let reports = reports.iter().map(String::as_str).chain(["--out", "runs"]);
        program.run(&command.iter().copied().chain(reports).collect::<Vec<_>>())
    };
    for command in [&["smoke", "s.yaml"][..], &["smoke", "s.yaml", "--watch", "10m", "--every", "1s"]] {
        let ended = with(command);
        assert_eq!(ended.code, Some(1), "{ended}");
        for shown in ["[env:SHOP_TOKEN]", "[env:SHOP_PASSWORD]", "[env:SHOP_CARD]", "[file:key.pem]", "***"] {
            assert!(
                ended.out.contains(shown) || program.read("report.junit").contains(shown),
                "{shown}: {ended}"
            );
        }
        tells_nothing(&program, &ended);
    }
    let report = Report::parse(&program.read("report.json"));
    let asked =
        report.list("/checks").iter().map(|check| check["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds(), asked, "leaks.yaml has to hold a check of each kind, with secrets");
    let saved = program.saved();
    for command in [&["judge", saved[0].as_str()][..], &["plan", "s.yaml"], &["check", "s.yaml"]] {
        tells_nothing(&program, &program.run(command));
    }
    let sent = format!("{:?}", server.seen());
    for secret in written().into_iter().filter(|word| word.contains("query") || word.contains("header")) {
        assert!(sent.contains(secret), "{secret} was never sent");
    }
}

#[test]
fn a_mistake_beside_a_secret_does_not_show_it() {
    let server = Scripted::answering(echo);
    let program = prepared(&server);
    let wrong = program.read("s.yaml").replace("redirects: 1", "redirect: 1").replace("days_left", "days");
    program.write("s.yaml", wrong.replace("theme=dark;", "theme=dark,").replace("image:", "imgae:"));
    let ended = program.run(&["check", "s.yaml"]);
    assert_eq!(ended.code, Some(2), "{ended}");
    tells_nothing(&program, &ended);
}
