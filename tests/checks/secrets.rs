//! What must not be said is said nowhere.

use crate::golden::{program, smoke};
use std::fs;
use std::path::Path;
use support::{Answer, Scripted};

const SECRETS: [(&str, &str); 4] = [
    ("SHOP_TOKEN", "tok-8d1f2c77"),
    ("SHOP_PASSWORD", "p4ss/w0rd+\"x\""),
    ("SHOP_KEY", "key-55aa55aa"),
    ("SHOP_CARD", "4111-1111-1111"),
];

/// Written into the scenario itself, in places that are masked wherever they stand.
const LITERAL: &str = "lit-c0ffee99";

/// Every file under a folder.
pub fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn secrets_of_the_environment_are_in_no_output() {
    let program = SECRETS.iter().fold(program(), |program, (name, value)| program.with(name, value));
    // A server that gives back all it was told, in its headers and in its body.
    let server = Scripted::answering(|seen| {
        let headers = format!("{:?}", seen.headers);
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        Answer::status(500).body(format!("{} {headers} {body}", seen.path))
    });
    let checks = r#"  - name: "with ${env:SHOP_TOKEN}"
    http:
      post: "/pay?key=${env:SHOP_KEY}"
      headers: { x-shop: "${env:SHOP_TOKEN}", x-api-key: lit-c0ffee99 }
      auth: { basic: { user: pat, password: "${env:SHOP_PASSWORD}" } }
      json: { card: "${env:SHOP_CARD}" }
      expect: { headers: { x-back: "${env:SHOP_TOKEN}" }, body: { contains: "${env:SHOP_PASSWORD}" } }
  - name: bearer
    retry: { times: 1, every: 10ms }
    http:
      steps:
        - { get: "/a/${env:SHOP_KEY}", auth: { bearer: "${env:SHOP_TOKEN}" }, expect: { json: { $.x: { equals: "${env:SHOP_CARD}" } }, status: 500 } }
      cleanup: [{ delete: "/a/${env:SHOP_KEY}", auth: { bearer: "${env:SHOP_TOKEN}" } }]
  - name: elsewhere
    depends_on: ["bearer"]
    http: { get: "/b/${env:SHOP_CARD}" }
"#;
    let ended = smoke(&program, &server.url(), checks);
    ended.expect(1, &["[env:SHOP_TOKEN]"]);
    assert!(server.seen().len() >= 4, "all of it was sent");
    let mut outputs =
        vec![("stdout".to_owned(), ended.out.clone()), ("stderr".to_owned(), ended.err.clone())];
    files(program.folder(), &mut outputs);
    assert!(outputs.len() >= 6, "reports and the history are among them: {}", outputs.len());
    for (name, text) in outputs.iter().filter(|(name, _)| !name.ends_with("s.yaml")) {
        for (of, secret) in SECRETS {
            let escaped = serde_json::Value::from(secret).to_string();
            for form in [secret, escaped.trim_matches('"')] {
                assert!(!text.contains(form), "{of} is in {name}: {text}");
            }
        }
    }
    let told = ended.out.split("by hand").nth(1).unwrap().lines().next().unwrap();
    assert!(!told.contains(LITERAL) && told.contains("x-api-key: ***"), "{told}");
}

#[test]
fn checks_of_the_network_tell_no_secret_either() {
    let program = SECRETS.iter().fold(program(), |program, (name, value)| program.with(name, value));
    let server = Scripted::answering(|seen| Answer::status(500).body(format!("{:?}", seen.headers)));
    let at = server.addr();
    let checks = format!(
        r#"  - tcp: {{ address: "{at}", send: "GET /${{env:SHOP_KEY}} HTTP/1.1\r\nhost: x\r\nx: ${{env:SHOP_TOKEN}}\r\n\r\n", expect: {{ contains: "${{env:SHOP_CARD}}" }} }}
  - websocket: {{ url: "ws://{at}/${{env:SHOP_KEY}}", headers: {{ x-shop: "${{env:SHOP_TOKEN}}" }}, send: "${{env:SHOP_CARD}}" }}
  - sse: {{ url: "/${{env:SHOP_KEY}}", headers: {{ authorization: "Bearer ${{env:SHOP_TOKEN}}" }} }}
  - grpc_health: {{ service: "${{env:SHOP_CARD}}", headers: {{ x-shop: "${{env:SHOP_TOKEN}}" }} }}
  - amqp: {{ url: "amqp://${{env:SHOP_KEY}}:${{env:SHOP_TOKEN}}@{at}/${{env:SHOP_CARD}}" }}
  - mongodb: {{ url: "mongodb://${{env:SHOP_KEY}}:${{env:SHOP_TOKEN}}@{at}/${{env:SHOP_CARD}}" }}
"#
    )
    .replace("- tcp:", "- timeout: 1s\n    tcp:");
    let ended = smoke(&program, &server.url(), &checks);
    ended.expect(1, &["[env:SHOP_KEY]"]);
    let mut outputs =
        vec![("stdout".to_owned(), ended.out.clone()), ("stderr".to_owned(), ended.err.clone())];
    files(program.folder(), &mut outputs);
    for (name, text) in outputs.iter().filter(|(name, _)| !name.ends_with("s.yaml")) {
        for (of, secret) in SECRETS {
            assert!(!text.contains(secret), "{of} is in {name}: {text}");
        }
    }
    assert!(server.seen().len() >= 3, "all of it was sent");
}
