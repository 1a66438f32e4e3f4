//! `grpc_health`: a server with the health service, and those without.

use crate::golden::{failure, program, smoke};
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use std::net::TcpListener;
use support::{Answer, Raw, Scripted, TlsServer, TlsSetup};
use tokio::net::TcpStream;
use tonic_health::ServingStatus;
use tonic_health::server::health_reporter;

/// The health service of its library: the server and `shop.v1.Orders` serve, `shop.v1.Stock` does not.
pub fn server() -> Raw {
    Raw::start(|stream: TcpStream| async move {
        let (reporter, service) = health_reporter();
        reporter.set_service_status("shop.v1.Orders", ServingStatus::Serving).await;
        reporter.set_service_status("shop.v1.Stock", ServingStatus::NotServing).await;
        let service = TowerToHyperService::new(service);
        // However the client leaves is the test's business.
        let _ =
            http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
    })
}

fn check(url: &str, keys: &str) -> String {
    format!("  - name: orders\n    timeout: 2s\n    grpc_health: {{ url: '{url}', {keys} }}\n")
}

#[test]
fn a_server_that_serves() {
    let (program, server) = (program(), server());
    smoke(&program, "", &check(&server.url(), "")).expect(0, &["check orders: ok, the server is SERVING"]);
    smoke(&program, "", &check(&server.url(), "service: shop.v1.Orders"))
        .expect(0, &["check orders: ok, `shop.v1.Orders` is SERVING"]);
}

#[test]
fn a_service_that_does_not_serve() {
    let (program, server) = (program(), server());
    let ended = smoke(&program, "", &check(&server.url(), "service: shop.v1.Stock"));
    ended.expect(1, &["expected `shop.v1.Stock` to be SERVING, got NOT_SERVING"]);
    failure("grpc-not-serving", &ended, &program);
}

#[test]
fn a_service_that_nobody_knows() {
    let (program, server) = (program(), server());
    let ended = smoke(&program, "", &check(&server.url(), "service: shop.v1.Odrers"));
    ended.expect(1, &["the server knows no service `shop.v1.Odrers`"]);
    failure("grpc-unknown", &ended, &program);
}

#[test]
fn a_server_without_the_health_service() {
    let program = program();
    // 12 is UNIMPLEMENTED.
    let answer = Answer::ok("").header("content-type", "application/grpc").header("grpc-status", "12");
    let server = Scripted::start([answer.header("grpc-message", "unknown service")]);
    let ended = smoke(&program, "", &check(&server.url(), ""));
    ended.expect(1, &["the server does not implement grpc.health.v1.Health"]);
    failure("grpc-unimplemented", &ended, &program);
}

#[test]
fn a_port_without_http_2() {
    let program = program();
    let old = Raw::saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    let ended = smoke(&program, "", &check(&old.url(), ""));
    ended.expect(1, &["the port answers, but not with HTTP/2"]);
    failure("grpc-http1", &ended, &program);
    let tls = TlsServer::start(&TlsSetup { alpn: vec!["http/1.1"], ..TlsSetup::default() });
    program.write("ca.pem", tls.root_pem());
    smoke(&program, "", &check(&tls.url(), "ca: ca.pem")).expect(4, &["TLS with localhost"]);
    let tls = TlsServer::start(&TlsSetup { alpn: vec![], ..TlsSetup::default() });
    program.write("ca.pem", tls.root_pem());
    smoke(&program, "", &check(&tls.url(), "ca: ca.pem")).expect(1, &["gRPC needs `h2` by ALPN"]);
}

#[test]
fn nobody_is_there_and_nobody_answers() {
    let program = program();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = smoke(&program, "", &check(&format!("http://{free}"), ""));
    ended.expect(4, &["Connection refused"]);
    failure("grpc-down", &ended, &program);
    let silent = Raw::silent();
    let ended = smoke(&program, "", &check(&silent.url(), ""));
    ended.expect(4, &["connected, but no answer within 2s"]);
    failure("grpc-silent", &ended, &program);
}
