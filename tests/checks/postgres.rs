//! `postgres`: against PostgreSQL of this machine, and against what is none.

use crate::golden::{failure, program, smoke};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{Raw, Server, unprivileged};

/// A server with a table, and two users: `postgres`, whom it trusts, and `pat`, who has a password.
pub fn started() -> Option<Server> {
    let mut server = Server::new("postgres", unprivileged())?;
    server.tool("initdb", &["-D", "data", "-U", "postgres", "-A", "trust", "--no-sync"]);
    let rules = "host all pat 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n\
                 host replication all 127.0.0.1/32 trust\n";
    std::fs::write(server.folder().join("data/pg_hba.conf"), rules).unwrap();
    let mut settings =
        OpenOptions::new().append(true).open(server.folder().join("data/postgresql.conf")).unwrap();
    writeln!(
        settings,
        "fsync = off\nmax_connections = 20\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''"
    )
    .unwrap();
    start(&mut server, "data");
    query(&server, "CREATE ROLE pat LOGIN PASSWORD 'ah0y-there'; CREATE TABLE orders (sku text, ok boolean)");
    query(&server, "INSERT INTO orders VALUES ('mug', true), ('pen', false), (NULL, NULL)");
    Some(server)
}

fn start(server: &mut Server, data: &str) {
    let port = server.port.to_string();
    server.start(&["-D", data, "-p", &port].map(str::to_owned));
    let begun = Instant::now();
    // Its port is open before it takes anybody in.
    let ready = || catch_unwind(AssertUnwindSafe(|| query(server, "SELECT 1"))).is_ok();
    while !ready() {
        assert!(begun.elapsed() < Duration::from_mins(1), "the server takes nobody in");
        sleep(Duration::from_millis(20));
    }
}

fn query(server: &Server, query: &str) -> String {
    server.tool("psql", &["-X", "-A", "-t", "-q", "-d", &url(server, "postgres"), "-c", query])
}

pub fn url(server: &Server, user: &str) -> String {
    format!("postgres://{user}@127.0.0.1:{}/postgres", server.port)
}

#[test]
fn nobody_is_there() {
    let program = program();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let checks = format!("  - postgres: {{ url: 'postgres://pat:ah0y@{free}/shop' }}\n");
    let ended = smoke(&program, "", &checks);
    ended.expect(4, &["FAILED"]);
    assert!(!format!("{ended}").contains("ah0y"), "{ended}");
    failure("postgres-down", &ended, &program);
}

#[test]
fn it_takes_the_connection_and_says_nothing() {
    let (program, server) = (program(), Raw::silent());
    let checks =
        format!("  - timeout: 300ms\n    postgres: {{ url: 'postgres://pat@{}/shop' }}\n", server.addr());
    let ended = smoke(&program, "", &checks);
    ended.expect(4, &[]);
    failure("postgres-silent", &ended, &program);
}

#[test]
fn all_is_well() {
    let Some(server) = started() else { return };
    let (own, pats) = (url(&server, "postgres"), url(&server, "pat:ah0y-there"));
    let checks = format!(
        "  - name: c1
    postgres: {{ url: '{own}' }}
  - name: c2
    postgres: {{ url: '{pats}', role: primary }}
  - name: orders
    postgres:
      url: '{own}'
      query: SELECT count(*), 'x' FROM orders
      rows: {{ equals: 1 }}
      value: {{ equals: 3, at_least: 1 }}
  - name: c3
    postgres: {{ url: '{own}', query: SELECT sku FROM orders, value: {{ equals: mug }}, rows: {{ at_least: 3 }} }}
  - name: c4
    postgres: {{ url: '{own}', query: SELECT ok FROM orders, value: {{ equals: true }} }}
  - name: c5
    postgres: {{ url: '{own}', query: SELECT NULL, value: {{ equals: null }} }}
  - name: c6
    postgres: {{ url: '{own}', query: SELECT 1 WHERE false, value: {{ exists: false }}, rows: {{ equals: 0 }} }}
"
    );
    smoke(&program(), "", &checks).expect(0, &["check orders: ok, 1 row"]);
}

#[test]
fn what_is_wrong_is_told_apart() {
    let Some(server) = started() else { return };
    let (own, pats) = (url(&server, "postgres"), url(&server, "pat:wr0ng-word"));
    let missing = format!("postgres://postgres@127.0.0.1:{}/shop", server.port);
    for (name, kind) in [
        ("postgres-password", format!("{{ url: '{pats}' }}")),
        ("postgres-database", format!("{{ url: '{missing}' }}")),
        (
            "postgres-value",
            format!("{{ url: '{own}', query: SELECT count(*) FROM orders, value: {{ at_least: 10 }} }}"),
        ),
        ("postgres-rows", format!("{{ url: '{own}', query: SELECT * FROM orders, rows: {{ equals: 2 }} }}")),
        (
            "postgres-missing",
            format!("{{ url: '{own}', query: SELECT 1 WHERE false, value: {{ equals: 1 }} }}"),
        ),
        ("postgres-table", format!("{{ url: '{own}', query: SELECT * FROM carts }}")),
        ("postgres-role", format!("{{ url: '{own}', role: standby }}")),
        ("postgres-lag-alone", format!("{{ url: '{own}', max_lag: 5s }}")),
    ] {
        let program = program();
        let ended = smoke(&program, "", &format!("  - name: db\n    postgres: {kind}\n"));
        ended.expect(1, &["check db: FAILED"]);
        assert!(!format!("{ended}").contains("wr0ng-word"), "{ended}");
        failure(name, &ended, &program);
    }
}

#[test]
fn a_query_that_takes_too_long_is_taken_back() {
    let Some(server) = started() else { return };
    let program = program();
    let slow = format!("      url: '{}'\n      query: SELECT pg_sleep(120)\n", url(&server, "postgres"));
    let ended = smoke(&program, "", &format!("  - name: slow\n    timeout: 1s\n    postgres:\n{slow}"));
    ended.expect(1, &[]);
    failure("postgres-slow", &ended, &program);
    let left = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(120)' AND pid <> pg_backend_pid()";
    let begun = Instant::now();
    while query(&server, left).trim() != "0" {
        assert!(begun.elapsed() < Duration::from_secs(30), "the statement goes on");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_standby_is_known_and_its_lag_is_told() {
    let Some(mut primary) = started() else { return };
    let Some(mut standby) = Server::new("postgres", unprivileged()) else { return };
    let from = url(&primary, "postgres");
    let data = standby.folder().join("data").display().to_string();
    standby
        .tool("pg_basebackup", &["-D", &data, "-d", &from, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
    start(&mut standby, "data");
    let (one, other) = (url(&primary, "postgres"), url(&standby, "postgres"));
    let both = format!(
        "  - name: primary\n    eventually: 30s\n    postgres: {{ url: '{one}', role: primary, max_lag: 5s }}\n  \
         - name: standby\n    eventually: 30s\n    postgres: {{ url: '{other}', role: standby, max_lag: 5s }}\n"
    );
    smoke(&program(), "", &both).expect(0, &["check standby: ok, standby, lag"]);

    // Whoever does not replay lags, the longer the more.
    query(&primary, "INSERT INTO orders VALUES ('early', true)");
    let early = format!(
        "  - name: early\n    eventually: 30s\n    postgres: {{ url: '{other}', query: SELECT count(*) FROM orders, value: {{ equals: 4 }} }}\n"
    );
    smoke(&program(), "", &early).expect(0, &[]);
    query(&standby, "SELECT pg_wal_replay_pause()");
    query(&primary, "INSERT INTO orders VALUES ('late', true)");
    sleep(Duration::from_millis(1_500));
    let late = format!(
        "  - name: late\n    eventually: 30s\n    severity: warn\n    postgres: {{ url: '{other}', max_lag: 1h }}\n"
    );
    smoke(&program(), "", &late).expect(0, &["check late: ok, standby, lag"]);
    let program = program();
    let late = format!("  - name: late\n    postgres: {{ url: '{other}', max_lag: 1ms }}\n");
    let ended = smoke(&program, "", &late);
    ended.expect(1, &["check late: FAILED, expected a lag of at most 1ms"]);

    // And whoever receives nothing does not lag by zero.
    query(&standby, "SELECT pg_wal_replay_resume()");
    primary.kill();
    let alone = format!(
        "  - name: alone\n    retry: {{ times: 40, every: 250ms }}\n    postgres: {{ url: '{other}', max_lag: 1ms }}\n"
    );
    smoke(&program, "", &alone).expect(1, &["it receives nothing from its primary"]);
}
