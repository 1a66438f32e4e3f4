//! `redis`: against Redis of this machine, and against what is none.

use crate::golden::{failure, program, smoke};
use std::net::TcpListener;
use support::{Raw, Server};

pub fn started(settings: &[&str]) -> Option<Server> {
    let mut server = Server::new("redis-server", None)?;
    let port = server.port.to_string();
    let fixed = ["--port", &port, "--bind", "127.0.0.1", "--save", ""];
    server.start(&fixed.iter().chain(settings).map(|word| (*word).to_owned()).collect::<Vec<_>>());
    Some(server)
}

fn ask(server: &Server, words: &[&str]) -> String {
    server.tool("redis-cli", &[&["-p", &server.port.to_string()], words].concat())
}

pub fn url(server: &Server, who: &str) -> String {
    format!("redis://{who}127.0.0.1:{}/0", server.port)
}

/// Runs one check that does not hold, and compares what is told.
fn fails(name: &str, code: i32, around: &str, kind: &str) {
    let program = program();
    let ended = smoke(&program, "", &format!("  - name: cache\n{around}    redis: {kind}\n"));
    ended.expect(code, &["check cache: FAILED"]);
    assert!(!format!("{ended}").contains("wr0ng-word"), "{ended}");
    failure(name, &ended, &program);
}

#[test]
fn nobody_is_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fails("redis-down", 4, "", &format!("{{ url: 'redis://:wr0ng-word@{free}/0' }}"));
}

#[test]
fn it_takes_the_connection_and_says_nothing() {
    let server = Raw::silent();
    fails("redis-slow", 1, "    timeout: 300ms\n", &format!("{{ url: 'redis://{}/0' }}", server.addr()));
}

#[test]
fn all_is_well() {
    let Some(server) = started(&["--appendonly", "yes"]) else { return };
    ask(&server, &["SET", "ready", "1"]);
    ask(&server, &["SET", "state", r#"{"n":[1,2]}"#]);
    let url = url(&server, "");
    let checks = format!(
        "  - {{ redis: {{ url: '{url}' }} }}
  - name: whole
    redis: {{ url: '{url}', role: primary, persistence: aof, key: ready, value: {{ equals: 1 }} }}
  - name: text
    redis: {{ url: '{url}', key: ready, value: {{ equals: '1' }} }}
  - name: document
    redis: {{ url: '{url}', key: state, value: {{ equals: {{ n: [1, 2] }} }} }}
  - name: nothing
    redis: {{ url: '{url}', key: nothing, value: {{ exists: false }} }}
"
    );
    smoke(&program(), "", &checks).expect(0, &["check whole: ok, PONG, primary, data is kept, `ready`"]);
}

#[test]
fn what_is_wrong_is_told_apart() {
    let Some(server) = started(&[]) else { return };
    ask(&server, &["SET", "state", r#"{"n":1,"ok":true}"#]);
    ask(&server, &["LPUSH", "queue", "a"]);
    let url = url(&server, "");
    for (name, kind) in [
        ("redis-role", format!("{{ url: '{url}', role: replica }}")),
        ("redis-persistence", format!("{{ url: '{url}', persistence: aof }}")),
        ("redis-key", format!("{{ url: '{url}', key: ready }}")),
        ("redis-value", format!("{{ url: '{url}', key: state, value: {{ equals: {{ n: 2, ok: true }} }} }}")),
        ("redis-type", format!("{{ url: '{url}', key: queue }}")),
    ] {
        fails(name, 1, "", &kind);
    }
}

#[test]
fn who_may_not_come_in_or_may_not_ask_is_told() {
    let Some(server) = started(&["--requirepass", "ah0y-there"]) else {
        return;
    };
    ask(&server, &["-a", "ah0y-there", "ACL", "SETUSER", "pat", "on", ">ah0y-there", "+ping"]);
    smoke(&program(), "", &format!("  - redis: {{ url: '{}' }}\n", url(&server, ":ah0y-there@")))
        .expect(0, &[]);
    fails("redis-no-password", 1, "", &format!("{{ url: '{}' }}", url(&server, "")));
    fails("redis-password", 1, "    retry: 3\n", &format!("{{ url: '{}' }}", url(&server, ":wr0ng-word@")));
    fails("redis-permission", 1, "", &format!("{{ url: '{}', key: a }}", url(&server, "pat:ah0y-there@")));
}

#[test]
fn a_replica_needs_its_primary() {
    let Some(mut primary) = started(&[]) else { return };
    let follow = format!("127.0.0.1 {}", primary.port);
    let Some(replica) = started(&["--replicaof", &follow]) else { return };
    let check = format!(
        "  - name: cache\n    eventually: 30s\n    redis: {{ url: '{}', role: replica }}\n",
        url(&replica, "")
    );
    smoke(&program(), "", &check).expect(0, &["check cache: ok, PONG, replica"]);
    primary.kill();
    let check = check.replace("eventually: 30s", "retry: { times: 40, every: 250ms }");
    smoke(&program(), "", &check).expect(1, &["its link to the primary 127.0.0.1:"]);
}
