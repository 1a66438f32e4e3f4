//! A hundred checks of many kinds, as after the deploy of a whole platform.

use crate::dns_server::DnsServer;
use crate::golden::{program, smoke};
use crate::mcp::servers::modern;
use crate::pdb::budget;
use crate::place::{NAMESPACE, Place, SHELL, STAYS, deployment, service};
use crate::prometheus::vector;
use crate::{grpc_health, postgres, redis, sse, websocket};
use std::collections::BTreeSet;
use std::time::Instant;
use support::{Answer, Holding, Program, Raw, Report, Scripted, Served, Server, TlsServer, TlsSetup};

/// A cluster and servers of many protocols, all of them healthy.
struct Platform {
    place: Place,
    http: Scripted,
    mcp: Scripted,
    prometheus: Scripted,
    tls: TlsServer,
    dns: DnsServer,
    websocket: Raw,
    sse: Raw,
    grpc: Raw,
    postgres: Option<Server>,
    redis: Option<Server>,
}

impl Platform {
    fn start() -> Platform {
        let place =
            Place::new(&[service("api"), deployment("api", 2, SHELL, STAYS), budget("api", 1)].concat());
        let ready = "  - eventually: 60s\n    endpoints: { service: api, ready: 2 }\n  \
                     - eventually: 60s\n    rollout: { deployment: api }\n  - eventually: 60s\n    pdb: { name: api }\n";
        place.smoke(ready).expect(0, &[]);
        Platform {
            place,
            http: Scripted::start([Answer::json(r#"{"state":"ok"}"#)]),
            mcp: Scripted::answering(modern),
            prometheus: Scripted::start([vector(&[("shop", "1")])]),
            tls: TlsServer::start(&TlsSetup::default()),
            dns: DnsServer::start(),
            websocket: Raw::start(websocket::echo),
            sse: sse::streaming("", "data: one\n\n"),
            grpc: grpc_health::server(),
            postgres: postgres::started(),
            redis: redis::started(&[]),
        }
    }

    /// One check of each kind that this machine has a server for.
    fn kinds(&self) -> Vec<String> {
        let databases = [
            self.postgres.as_ref().map(|server| {
                format!("postgres: {{ url: '{}', query: SELECT 1 }}", postgres::url(server, "postgres"))
            }),
            self.redis.as_ref().map(|server| format!("redis: {{ url: '{}' }}", redis::url(server, ""))),
        ];
        let mut kinds = vec![
            "http: { get: /health, expect: { json: { $.state: { equals: ok } } } }".to_owned(),
            format!("tcp: {{ address: '{}' }}", self.http.addr()),
            format!("tls: {{ address: '{}', ca: ca.pem, days_left: 1 }}", self.tls.addr()),
            format!("dns: {{ server: '{}', name: db.test }}", self.dns.addr()),
            format!(
                "websocket: {{ url: 'ws://{}', send: ahoy, expect: {{ equals: you said ahoy }} }}",
                self.websocket.addr()
            ),
            format!("sse: {{ url: '{}/events' }}", self.sse.url()),
            format!("grpc_health: {{ url: '{}', service: shop.v1.Orders }}", self.grpc.url()),
            format!(
                "prometheus: {{ url: '{}', query: up, value: {{ at_least: 1 }} }}",
                self.prometheus.url()
            ),
            format!("mcp: {{ url: '{}/mcp', server: shop, tools: [search] }}", self.mcp.url()),
            "rollout: { deployment: api, restarts: 0 }".to_owned(),
            "endpoints: { service: api, ready: 2 }".to_owned(),
            "pdb: { name: api }".to_owned(),
            "events: { deployment: api, ignore: [Unhealthy] }".to_owned(),
            "command: { run: [/bin/true] }".to_owned(),
        ];
        kinds.extend(databases.into_iter().flatten());
        kinds
    }

    /// Writes a scenario of so many checks, the kinds in turn, named `c0`, `c1`, …
    fn write(&self, program: &Program, count: usize) {
        let kinds = self.kinds();
        let check = |n: usize| format!("  - {{ name: c{n}, {} }}\n", kinds[n % kinds.len()]);
        let checks: String = (0..count).map(check).collect();
        let cluster = format!(
            "{{ context: playground, namespace: {NAMESPACE}, kubeconfig: '{}' }}",
            self.place.kubeconfig
        );
        let target = format!("target: {{ http: '{}', kubernetes: {cluster} }}\n", self.http.url());
        program.write("s.yaml", format!("scenario: a hundred\n{target}smoke:\n{checks}"));
        program.write("ca.pem", self.tls.root_pem());
    }
}

/// A hundred checks of the target, each with this timeout.
fn requests(timeout: &str) -> String {
    let check = |n| format!("  - {{ timeout: {timeout}, http: {{ get: /{n} }} }}\n");
    (0..100).map(check).collect::<Vec<_>>().concat()
}

#[test]
fn a_hundred_checks_over_all_kinds_hold_and_keep_their_order() {
    let platform = Platform::start();
    let program = &platform.place.program;
    platform.write(program, 100);
    program.run(&["smoke", "s.yaml", "--report", "json=report.json"]).expect(0, &["check c99: ok"]);
    let report = Report::parse(&program.read("report.json"));
    let told = |key: &str| -> Vec<String> {
        report.list("/checks").iter().map(|check| check[key].as_str().unwrap().to_owned()).collect()
    };
    let names: Vec<String> = (0..100).map(|n| format!("c{n}")).collect();
    assert_eq!(told("name"), names);
    assert_eq!(told("status"), vec!["pass"; 100]);
    let kinds: BTreeSet<String> = told("kind").into_iter().collect();
    assert_eq!(kinds.len(), platform.kinds().len(), "{kinds:?}");
    assert!(report.list("/checks").iter().all(|check| check["asked"]["times"] == 1));
}

#[test]
fn a_hundred_checks_of_one_slow_server_are_open_at_once() {
    // Nobody is answered until all have asked.
    let server = Holding::start(100);
    smoke(&program(), &format!("http://{}", server.addr()), &requests("80s")).expect(0, &[]);
    assert_eq!(server.account(), "100", "each asked once");
}

/// Not run by itself: what a clock says proves nothing on a busy machine. `SHAKEDOWN_MEASURED` names another program
/// than the one that was just built, such as a release build.
#[test]
#[ignore = "measures; run it alone, with --nocapture, on a quiet machine"]
fn how_long_a_hundred_checks_take() {
    let platform = Platform::start();
    let binary = std::env::var("SHAKEDOWN_MEASURED");
    let program = Program::at(binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_shakedown")));
    let silent = Raw::silent();
    let target = format!("target: {{ http: '{}' }}\n", silent.url());
    program.write("s.yaml", format!("scenario: hangs\n{target}smoke:\n{}", requests("1s")));
    let begun = Instant::now();
    program.run(&["smoke", "s.yaml"]).expect(4, &[]);
    println!("100 checks of a server that hangs, 1 s each: {:.2} s", begun.elapsed().as_secs_f64());
    for count in [100, 1] {
        platform.write(&program, count);
        for _ in 0..5 {
            let begun = Instant::now();
            program.run(&["smoke", "s.yaml"]).expect(0, &[]);
            let kinds = platform.kinds().len().min(count);
            println!("{count} checks of {kinds} kinds: {:.2} s", begun.elapsed().as_secs_f64());
        }
    }
}
