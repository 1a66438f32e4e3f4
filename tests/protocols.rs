//! HTTP/1.1, HTTP/2 and TLS as the other end sees them, and the ways in which they fail.

use std::time::Duration;
use support::{
    Answer, Clients, Program, Quality, Raw, Report, Scripted, TlsServer, TlsSetup, Version, undisturbed,
};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// One step at 200/s for one second, with more keys of the target and of the load.
fn scenario(url: &str, target: &str, load: &str) -> String {
    format!(
        "scenario: one step\ntarget: {{ http: '{url}', {target} }}\nload:\n  \
         profile: {{ stages: [{{ from: 200/s, to: 200/s, over: 1s }}] }}\n  {load}\n  \
         journeys: [{{ name: j, steps: [{{ name: step, get: /step }}] }}]\n"
    )
}

/// All of the load went well.
fn went_well(report: &Report) {
    let counts = report.counts();
    assert_eq!((counts.planned, counts.done), (200, 200), "{:?}", report.errors());
}

/// All of the load failed in this way; the example.
fn failed(report: &Report, class: &str) -> String {
    let counts = report.counts();
    let errors: Vec<_> = report.errors().into_iter().collect();
    assert_eq!(errors, [(class.to_owned(), counts.planned)], "{:#}", report.at("/endpoints/0/examples"));
    report.text(&format!("/endpoints/0/examples/{class}")).to_owned()
}

#[test]
fn connections_are_kept_as_the_scenario_says() {
    let program = program();
    // Beside the load, one connection is made before it to see whether somebody is there.
    for (load, least, most) in [
        ("connections: { keep_alive: true }", 2, 100),
        ("connections: { keep_alive: false }", 201, 201),
        ("connections: { fresh: 10% }", 21, 120),
        ("connections: { max_age: 100ms }", 6, 120),
        ("workers: 1", 2, 100),
    ] {
        let server = Scripted::start([Answer::ok("ok")]);
        went_well(&program.scenario(&scenario(&server.url(), "", load)).report());
        let connections = server.connections();
        assert!((least..=most).contains(&connections), "{load}: {connections} connections");
        assert!(server.seen().iter().all(|seen| seen.version == Version::HTTP_11));
    }
}

#[test]
fn a_server_that_closes_after_each_answer_costs_connections_and_no_failures() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok").header("connection", "close")]));
    went_well(&program.scenario(&scenario(&server.url(), "", "")).report());
    assert_eq!(server.connections(), 201);
}

#[test]
fn http_2_by_prior_knowledge() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    went_well(&program.scenario(&scenario(&server.url(), "http_version: http2", "")).report());
    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.version == Version::HTTP_2));
    assert!(server.connections() < 100, "{}", server.connections());
}

#[test]
fn a_step_names_the_host_that_it_writes() {
    let program = program();
    for (version, profile) in [("http1", ""), ("http2", ""), ("http1", "users: { count: 2, hold: 1s }")] {
        let server = Scripted::start([Answer::ok("ok")]);
        let target = format!("http_version: {version}");
        let steps = "get: / }, { name: blue, get: /blue, headers: { Host: 'blue.test:81' } }, { get: /last";
        let text = scenario(&server.url(), &target, "").replace("name: step, get: /step", steps);
        let text = if profile.is_empty() {
            text
        } else {
            text.replace("stages: [{ from: 200/s, to: 200/s, over: 1s }]", profile)
        };
        let report = program.scenario(&text).report();
        assert_eq!(report.counts().failed, 0, "{:?}", report.errors());
        let seen = server.seen();
        assert!(seen.iter().any(|seen| seen.path == "/blue"), "{version} {profile}");
        for seen in seen {
            let host = if seen.path == "/blue" { "blue.test:81" } else { &server.addr().to_string() };
            assert_eq!(
                (seen.host.as_str(), seen.headers.get_all("host").iter().count()),
                (host, usize::from(version == "http1"))
            );
        }
    }
}

#[test]
fn what_is_no_host_fails_its_step_over_http_2() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let text = scenario(&server.url(), "http_version: http2, headers: { host: 'a {{ uuid }}' }", "");
    let example = failed(&program.scenario(&text).report(), "assertion");
    assert!(example.contains("a value of the run does not fit into the header host: \"a "), "{example}");
}

#[test]
fn tls_speaks_what_both_sides_can() {
    let program = program();
    for (offered, wanted, version) in [
        (&["h2", "http/1.1"][..], "auto", Version::HTTP_2),
        (&["http/1.1"], "auto", Version::HTTP_11),
        (&[], "auto", Version::HTTP_11),
        (&["h2", "http/1.1"], "http1", Version::HTTP_11),
        (&["h2", "http/1.1"], "http2", Version::HTTP_2),
    ] {
        let server = TlsServer::start(&TlsSetup { alpn: offered.to_vec(), ..TlsSetup::default() });
        program.write("ca.pem", server.root_pem());
        let target = format!("http_version: {wanted}, tls: {{ ca: ca.pem }}");
        let text =
            scenario(&server.url(), &target, "").replace("load:", "smoke: [http: { get: /up }]\nload:");
        let report = program.scenario(&text).report();
        went_well(&report);
        assert_eq!(report.at("/run/tls_verified"), true);
        let versions: Vec<Version> = server.seen().iter().map(|seen| seen.version).collect();
        assert_eq!(versions, [version; 202], "{offered:?} {wanted}, checks included");
    }
}

#[test]
fn a_stranger_s_certificate_is_refused_before_any_load() {
    let program = program();
    let (server, stranger) = (TlsServer::start(&TlsSetup::default()), TlsServer::start(&TlsSetup::default()));
    program.write("ca.pem", stranger.root_pem());
    let other_name = TlsServer::start(&TlsSetup { names: vec!["shop.test"], ..TlsSetup::default() });
    program.write("other.pem", other_name.root_pem());
    let old = TlsServer::start(&TlsSetup { quality: Quality::Expired, ..TlsSetup::default() });
    program.write("old.pem", old.root_pem());
    let ca = "; name the authority that signed it under `target.tls.ca`, or with `--ca` for a single URL";
    let valid = "; give the service a certificate that is valid now, or correct the clock of this machine";
    let name = "; correct the host's name, or write the one that it is for as `target.tls.server_name`, or \
                `--server-name` for a single URL";
    for (server, target, why, help) in [
        (&server, "tls: { ca: ca.pem }", "certificate", ca),
        (&server, "connect_timeout: 5s", "no authority that is known here has signed it", ca),
        (&other_name, "tls: { ca: other.pem }", "not valid for name", name),
        (&old, "tls: { ca: old.pem }", "certificate expired", valid),
    ] {
        let ended = program.scenario(&scenario(&server.url(), target, ""));
        ended.expect(4, &["the target could not be reached: TLS with 127.0.0.1:", why, help]);
        assert_eq!(ended.report().counts().planned, 0);
        assert!(server.seen().is_empty());
    }
    let named = scenario(&other_name.url(), "tls: { ca: other.pem, server_name: shop.test }", "");
    went_well(&program.scenario(&named).report());
}

static TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

#[test]
fn a_certificate_of_our_own_is_shown_where_it_is_wanted() {
    let program = program();
    let server = TlsServer::start(&TlsSetup { clients: Clients::WithCertificate, ..TlsSetup::default() });
    program.write("ca.pem", server.root_pem());
    program.write("us.pem", &server.client().certificate_pem);
    program.write("us.key", &server.client().key_pem);
    let with = "tls: { ca: ca.pem, certificate: us.pem, key: us.key }";
    went_well(&program.scenario(&scenario(&server.url(), with, "")).report());
    // In TLS 1.3 the server says no only after the handshake, so there is a load. All of it fails, and those who hear
    // the server out, before the end of the connection overtakes its words, know why.
    for version in ["http1", "http2"] {
        let without = format!("http_version: {version}, tls: {{ ca: ca.pem }}");
        let report = program.scenario(&scenario(&server.url(), &without, "")).report();
        assert_eq!(report.counts().failed, 200);
        let errors = report.errors();
        assert!(errors.keys().all(|class| class == "tls" || class == "reset"), "{errors:?}: {report:?}");
        let example = report.text("/endpoints/0/examples/tls");
        assert!(example.contains("CertificateRequired"), "{example}");
    }
    assert_eq!(server.seen().len(), 200, "only those with a certificate");
    // In TLS 1.2 it says so in the handshake, so there is no load.
    let clients = Clients::WithCertificate;
    let old = TlsServer::start(&TlsSetup { clients, versions: TLS12, ..TlsSetup::default() });
    program.write("ca.pem", old.root_pem());
    let ended = program.scenario(&scenario(&old.url(), "tls: { ca: ca.pem }", ""));
    let help = "CertificateRequired; show it a certificate that it trusts: write `certificate` and `key` under \
                `target.tls`";
    ended.expect(4, &["the target could not be reached: TLS with 127.0.0.1:", help]);
}

#[test]
fn a_single_url_is_trusted_as_the_command_line_says() {
    let program = program();
    let server = TlsServer::start(&TlsSetup { clients: Clients::WithCertificate, ..TlsSetup::default() });
    let other_name = TlsServer::start(&TlsSetup { names: vec!["shop.test"], ..TlsSetup::default() });
    program.write("ca.pem", server.root_pem());
    program.write("other.pem", other_name.root_pem());
    program.write("us.pem", &server.client().certificate_pem);
    program.write("us.key", &server.client().key_pem);
    let load = |server: &TlsServer, tls: &str| {
        let url = format!("{}/step", server.url());
        let tls = tls.split_whitespace();
        program.load(
            &[url.as_str(), "--rate", "200/s", "--for", "1s"].into_iter().chain(tls).collect::<Vec<_>>(),
        )
    };
    for (server, tls, verified) in [
        (&server, "--ca ca.pem --certificate us.pem --key us.key", true),
        (&server, "--cacert ca.pem --cert us.pem --key us.key", true),
        (&other_name, "--ca other.pem --server-name shop.test", true),
        (&other_name, "-k", false),
    ] {
        let report = load(server, tls).report();
        went_well(&report);
        assert_eq!(report.at("/run/tls_verified"), verified, "{tls}");
    }
    load(&other_name, "").expect(4, &["name the authority that signed it under `target.tls.ca`", "`--ca`"]);
    load(&other_name, "--ca other.pem").expect(4, &["not valid for name", "`--server-name`"]);
    let missing = "there is no file `no.pem`\n  --ca no.pem\n       ^^^^^^\n  help: paths count from the current folder";
    load(&server, "--ca no.pem").expect(2, &[missing]);
    assert_eq!(
        program.load(&[&server.url(), "--cert", "us.pem"]).code,
        Some(2),
        "a certificate without its key"
    );
}

#[test]
fn every_report_says_that_certificates_were_not_verified() {
    let (program, server) = (program(), TlsServer::start(&TlsSetup::default()));
    program.write(
        "scenario.yaml",
        scenario(&server.url(), "tls: { verify: false }", "").replace("over: 1s", "over: 500ms"),
    );
    program.write("scenario.yaml", program.read("scenario.yaml") + "gates: [p50 <= 60s]\n");
    let reports = ["--report", "json=r.json", "--report", "junit=r.xml", "--report", "terminal=r.txt"];
    let run = [&["run", "scenario.yaml", "--out", "runs"][..], &reports].concat();
    let ended = undisturbed(|| program.run(&run));
    ended.expect(0, &[]);
    assert_eq!(Report::parse(&program.read("r.json")).at("/run/tls_verified"), false);
    assert!(program.read("r.xml").contains(r#"<property name="tls_verified" value="false"/>"#));
    for text in [program.read("r.txt"), ended.out] {
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains("certificates were NOT verified"), "{text}");
    }
}

#[test]
fn failures_are_told_apart() {
    let program = program();
    let body = |answer: &'static str| Raw::saying(answer);
    for (server, class, words) in [
        (Raw::silent(), "timeout", "no complete answer within 250ms"),
        (Raw::resetting(), "reset", ""),
        (Raw::closing(), "reset", ""),
        (body("HTTP/9 what?\r\n\r\n"), "protocol", ""),
        (body("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ncut"), "reset", ""),
        (body("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n"), "protocol", ""),
        (
            body("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone"),
            "status",
            "got 404 Not Found; the body begins `gone`",
        ),
    ] {
        let text = scenario(&server.url(), "", "timeout: 250ms").replace("over: 1s", "over: 300ms");
        let ended = undisturbed(|| program.scenario(&text));
        ended.expect(1, &["none of 60 requests went well"]);
        let example = failed(&ended.report(), class);
        assert!(example.contains(words), "{class}: {example}");
    }
}

#[test]
fn a_body_that_is_longer_than_allowed_is_given_up() {
    let (program, server) = (program(), Scripted::start([Answer::ok(vec![b'x'; 5_000])]));
    let text =
        scenario(&server.url(), "", "").replace("get: /step", "get: /step, expect: { max_body: 4KiB }");
    let example = failed(&program.scenario(&text).report(), "protocol");
    assert_eq!(example, "the body is longer than 4096 bytes");
}

#[test]
fn speaking_http_2_to_a_server_of_another_kind_fails_as_what_it_is() {
    let program = program();
    let server = Raw::saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    let text =
        scenario(&server.url(), "http_version: http2", "timeout: 1s").replace("over: 1s", "over: 300ms");
    let report = program.scenario(&text).report();
    failed(&report, "protocol");
    let tls = Raw::saying("not TLS at all");
    let url = tls.url().replace("http://", "https://");
    program.scenario(&scenario(&url, "", "")).expect(4, &["the target could not be reached: TLS with"]);
}

#[test]
fn a_scheme_that_is_the_wrong_one_is_told_with_the_right_one() {
    let program = program();
    let tls = TlsServer::start(&TlsSetup::default());
    let page = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    let (url, page) = (format!("http://{}", tls.addr()), Raw::saying(page));
    let alert = "the port speaks TLS, and was asked in plain text; write https://";
    for (url, target, step, class, words) in [
        (&url, "", "get: /step", "protocol", alert),
        (&url, "http_version: http2", "get: /step", "protocol", alert),
        (&url, "", "websocket: /step", "protocol", alert),
        (&url, "", "sse: /step", "protocol", alert),
        (&page.url(), "", "get: /step", "status", "a port that speaks TLS answers so: write https://"),
    ] {
        let text = scenario(url, target, "timeout: 20s").replace("get: /step", step);
        let report = program.scenario(&text.replace("over: 1s", "over: 300ms")).report();
        let example = report.text(&format!("/endpoints/0/examples/{class}"));
        assert!(example.contains(words), "{target} {step}: {example}");
    }
    let report = program.load(&[&url, "--users", "2", "--for", "1s"]).report();
    let example = report.text("/endpoints/0/examples/protocol");
    assert!(example.contains("write https:// when this port speaks TLS"), "{example}");

    let plain = Scripted::start([Answer::ok("ok")]);
    let why = "what answers there does not speak TLS; write http://";
    program.load(&[&plain.url().replace("http:", "https:"), "--for", "1s"]).expect(4, &[why]);
    assert!(plain.seen().is_empty());
}

#[test]
fn connecting_has_a_timeout_of_its_own() {
    // TLS with somebody who never answers: the connection is made, the handshake never ends.
    let (program, server) = (program(), Raw::silent());
    let url = server.url().replace("http://", "https://");
    let begun = std::time::Instant::now();
    let ended = program.scenario(&scenario(&url, "connect_timeout: 200ms", ""));
    ended.expect(4, &["connecting to 127.0.0.1:", "took longer than 200ms"]);
    assert!(begun.elapsed() < Duration::from_secs(30));
}
