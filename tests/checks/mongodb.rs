//! `mongodb`: against a small server that speaks its protocol, and against what is none.

use crate::golden::{failure, program, smoke};
use crate::mongo_server::{MongoServer, hello, member, refused};
use ::mongodb::bson::{DateTime, Document, doc};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use support::{Answer, Raw, Scripted, TlsServer, TlsSetup};

/// Runs one check that does not hold, and compares what is told.
fn fails(name: &str, code: i32, around: &str, kind: &str) {
    let program = program();
    let ended = smoke(&program, "", &format!("  - name: database\n{around}    mongodb: {kind}\n"));
    ended.expect(code, &["check database: FAILED"]);
    for password in ["wr0ng-word", "ah0y-there"] {
        assert!(!format!("{ended}").contains(password), "{ended}");
    }
    failure(name, &ended, &program);
}

fn is_hello(name: &str) -> bool {
    ["hello", "isMaster", "ismaster"].contains(&name)
}

/// A server on its own.
fn single() -> MongoServer {
    MongoServer::answering(|name, _| match name {
        name if is_hello(name) => Some(hello()),
        "ping" => Some(doc! { "ok": 1.0 }),
        "replSetGetStatus" => Some(refused(76, "NoReplicationEnabled", "not running with --replSet")),
        _ => Some(refused(59, "CommandNotFound", "no such command")),
    })
}

/// A member of a set that says this of its state.
fn of_set(
    primary: impl Fn(SocketAddr) -> Option<SocketAddr> + Send + Sync + 'static,
    status: Document,
) -> MongoServer {
    let me: Arc<OnceLock<SocketAddr>> = Arc::default();
    let it = Arc::clone(&me);
    let server = MongoServer::answering(move |name, _| match name {
        name if is_hello(name) => {
            let me = *it.wait();
            Some(member("rs0", me, primary(me)))
        }
        "ping" => Some(doc! { "ok": 1.0 }),
        "replSetGetStatus" => Some(status.clone()),
        _ => Some(refused(59, "CommandNotFound", "no such command")),
    });
    me.set(server.addr()).unwrap();
    server
}

/// The state of a set of three, whose last secondary is so many seconds behind, or in another state.
fn status(behind: i64, third: (i32, &str, f64)) -> Document {
    let written = |seconds: i64| DateTime::from_millis(1_700_000_000_000 - seconds * 1_000);
    let (state, text, health) = third;
    let message = if health < 1.0 { "Connection refused" } else { "" };
    doc! {
        "set": "rs0", "ok": 1.0, "members": [
            { "name": "db-0:27017", "state": 1, "stateStr": "PRIMARY", "health": 1.0, "optimeDate": written(0) },
            { "name": "db-1:27017", "state": 2, "stateStr": "SECONDARY", "health": 1.0, "optimeDate": written(1) },
            { "name": "db-2:27017", "state": state, "stateStr": text, "health": health, "optimeDate": written(behind),
              "lastHeartbeatMessage": message },
        ],
    }
}

#[test]
fn nobody_is_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fails("mongodb-down", 4, "", &format!("{{ url: 'mongodb://pat:wr0ng-word@{free}/shop' }}"));
    let (one, other) = (free, TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    smoke(&program(), "", &format!("  - mongodb: {{ url: 'mongodb://{one},{other}' }}\n"))
        .expect(4, &["Connection refused"]);
}

#[test]
fn it_takes_the_connection_and_says_nothing() {
    let (server, around) = (Raw::silent(), "    timeout: 500ms\n");
    fails("mongodb-silent", 4, around, &format!("{{ url: 'mongodb://{}' }}", server.addr()));
    let slow = MongoServer::answering(|name, _| is_hello(name).then(hello));
    fails("mongodb-slow", 4, "    timeout: 1s\n", &format!("{{ url: 'mongodb://{}' }}", slow.addr()));
}

#[test]
fn something_else_answers() {
    let server = Scripted::answering(|_| Answer::ok("ok"));
    fails("mongodb-stranger", 4, "", &format!("{{ url: 'mongodb://{}' }}", server.addr()));
    let plain = single();
    fails("mongodb-plain", 4, "", &format!("{{ url: 'mongodb://{}/?tls=true' }}", plain.addr()));
    let encrypted = TlsServer::start(&TlsSetup::default());
    let url = format!("mongodb://{}/?tls=true", encrypted.addr());
    fails("mongodb-certificate", 4, "", &format!("{{ url: '{url}' }}"));
}

#[test]
fn all_is_well() {
    let (single, set) = (single(), of_set(Some, status(3, (2, "SECONDARY", 1.0))));
    let url = format!("mongodb://{}", set.addr());
    let checks = format!(
        "  - {{ mongodb: {{ url: 'mongodb://{}' }} }}
  - name: login
    mongodb: {{ url: 'mongodb://pat:ah0y-there@{}/shop?authSource=admin' }}
  - name: set
    mongodb: {{ url: '{url}', replica_set: rs0, members: {{ at_least: 3 }}, max_lag: 5s }}
  - name: named
    mongodb: {{ url: '{url}/?replicaSet=rs0' }}
",
        single.addr(),
        single.addr()
    );
    smoke(&program(), "", &checks).expect(
        0,
        &[
            "check set: ok, it answers, the primary of `rs0` is 127.0.0.1:",
            "3 of 3 members are healthy, lag 3.0 s",
        ],
    );
}

#[test]
fn who_may_not_come_in_or_may_not_ask_is_told() {
    let server = single();
    let url = format!("mongodb://pat:wr0ng-word@{}/shop", server.addr());
    fails("mongodb-password", 1, "    retry: 3\n", &format!("{{ url: '{url}' }}"));
    let closed = MongoServer::answering(|name, _| match name {
        name if is_hello(name) => Some(hello()),
        "ping" => Some(doc! { "ok": 1.0 }),
        _ => Some(refused(13, "Unauthorized", "command replSetGetStatus requires authentication")),
    });
    let url = format!("mongodb://pat:ah0y-there@{}", closed.addr());
    fails("mongodb-permission", 1, "", &format!("{{ url: '{url}', members: {{ at_least: 1 }} }}"));
}

#[test]
fn what_is_wrong_with_a_set_is_told_apart() {
    let alone = single();
    let url = format!("mongodb://{}", alone.addr());
    fails("mongodb-alone", 1, "", &format!("{{ url: '{url}', replica_set: rs0 }}"));
    fails("mongodb-no-set", 1, "", &format!("{{ url: '{url}', max_lag: 5s }}"));
    let lags = of_set(Some, status(42, (2, "SECONDARY", 1.0)));
    let url = format!("mongodb://{}", lags.addr());
    fails("mongodb-set", 1, "", &format!("{{ url: '{url}', replica_set: rs1 }}"));
    fails("mongodb-lag", 1, "", &format!("{{ url: '{url}', max_lag: 5s }}"));
    let broken = of_set(|_| None, status(42, (8, "(not reachable/healthy)", 0.0)));
    let url = format!("mongodb://{}", broken.addr());
    fails("mongodb-no-primary", 1, "", &format!("{{ url: '{url}', replica_set: rs0 }}"));
    fails("mongodb-members", 1, "", &format!("{{ url: '{url}', members: {{ equals: 3 }} }}"));
    fails("mongodb-lag-down", 1, "", &format!("{{ url: '{url}', max_lag: 5s }}"));
}
