//! Runs that end before their load, because its calls could not be answered; and what is said without a target.

use crate::orders::{Orders, Reflection};
use crate::{SOURCES, plain, program, scenario};
use support::{Answer, Raw, Scripted, TlsServer, TlsSetup};

/// The reason of a run that did not begin.
fn refused(url: &str, target: &str, step: &str) -> String {
    let ended = program().scenario(&scenario(url, target, &format!("        - {step}")));
    assert_eq!(ended.code, Some(4), "{ended}");
    let report = ended.report();
    assert_eq!(report.counts().planned, 0);
    report.text("/reason").to_owned()
}

#[test]
fn what_reflection_finds_wrong_ends_the_run_before_its_load() {
    let server = Orders::start(Reflection::V1);
    for (step, reason) in [
        (
            "grpc: shop.v1.Orders/Creat",
            "the service `shop.v1.Orders` has no method `Creat`; did you mean `Create`?",
        ),
        ("grpc: shop.v1.Oders/Create", "there is no service `shop.v1.Oders`; did you mean `shop.v1.Orders`?"),
        (
            "grpc: shop.v1.Orders/Watch",
            "`Watch` answers with a stream of messages; a step calls methods that take one message and give one",
        ),
        (
            "{ grpc: shop.v1.Orders/Create, message: { skus: x } }",
            "`shop.v1.Order` has no field `skus`; did you mean `sku`?",
        ),
    ] {
        let said = refused(&server.url(), &plain(SOURCES[1]), step);
        assert!(said.contains(reason), "{step}: {said}");
        assert!(said.contains("scenario.yaml:9:"), "{step}: {said}");
    }
    assert!(server.seen().is_empty());
}

#[test]
fn a_server_without_reflection() {
    let server = Orders::start(Reflection::None);
    let said = refused(&server.url(), &plain(SOURCES[1]), "grpc: shop.v1.Orders/Get");
    let reason = "the server offers no reflection (UNIMPLEMENTED: no such method); switch it on there, or name a \
                  descriptor set under `target.grpc.descriptors`";
    assert!(said.contains(reason), "{said}");
    let page = Scripted::start([Answer::ok("<h1>shop</h1>").header("content-type", "text/html")]);
    let said = refused(&page.url(), &plain(SOURCES[1]), "grpc: shop.v1.Orders/Get");
    assert!(
        said.contains("the server offers no reflection (the answer is not one of gRPC: `text/html`"),
        "{said}"
    );
}

#[test]
fn a_server_that_does_not_speak_http_2() {
    let old = Raw::saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    let said = refused(&old.url(), &plain(SOURCES[1]), "grpc: shop.v1.Orders/Get");
    assert!(said.contains("the port answers, but not with HTTP/2"), "{said}");
    assert!(said.contains("correct the port, or write https:// for TLS"), "{said}");
    let tls = TlsServer::start(&TlsSetup { alpn: vec!["http/1.1"], ..TlsSetup::default() });
    let program = program();
    program.write("ca.pem", tls.root_pem());
    let target = "tls: { ca: ca.pem }, grpc: { descriptors: shop.binpb }";
    let ended = program.scenario(&scenario(&tls.url(), target, "        - grpc: shop.v1.Orders/Get"));
    ended
        .expect(4, &["gRPC needs HTTP/2, but over TLS the server chose HTTP/1.1; let it offer `h2` by ALPN"]);
}

#[test]
fn check_says_what_only_the_server_knows() {
    let program = program();
    let steps = "        - grpc: shop.v1.Orders/Nonsense\n        - get: /health";
    for (types, code, text) in [
        (
            SOURCES[1],
            0,
            "not checked: shop.v1.Orders/Nonsense and its message; the server is asked for their types before the load",
        ),
        (SOURCES[0], 2, "the service `shop.v1.Orders` has no method `Nonsense`"),
    ] {
        program.write("s.yaml", scenario("http://127.0.0.1:1", &plain(types), steps));
        let ended = program.run(&["check", "s.yaml"]);
        assert_eq!(ended.code, Some(code), "{ended}");
        assert!(ended.out.contains(text) || ended.err.contains(text), "{ended}");
    }
}
