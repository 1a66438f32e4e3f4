//! nginx of this machine: its TLS, and what a proxy does to what goes through it.

use crate::golden::{failure, program, smoke};
use std::fs;
use std::net::SocketAddr;
use support::{Authority, Ended, Program, Quality, Raw, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An nginx of one process with this in its `server`.
fn nginx(inside: impl FnOnce(&Server) -> String) -> Option<Server> {
    let mut server = Server::new("nginx", None)?;
    let folder = server.folder().display().to_string();
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder};\n"))
        .concat();
    let text = format!(
        "daemon off; master_process off; pid {folder}/pid; error_log stderr;\nevents {{}}\n\
         http {{ access_log off;\n{folders}server {{ {} }} }}\n",
        inside(&server)
    );
    fs::write(server.folder().join("nginx.conf"), text).unwrap();
    server.start(&["-e", "stderr", "-p", &folder, "-c", &format!("{folder}/nginx.conf")].map(str::to_owned));
    Some(server)
}

/// One with a certificate like this, and these settings; its authority's certificate is beside the scenario.
fn with_tls(program: &Program, quality: Quality, settings: &str) -> Option<Server> {
    nginx(|server| {
        let authority = Authority::new();
        let identity = authority.server(&["localhost", "127.0.0.1"], quality);
        program.write("ca.pem", &authority.root().certificate_pem);
        fs::write(server.folder().join("cert.pem"), identity.certificate_pem).unwrap();
        fs::write(server.folder().join("key.pem"), identity.key_pem).unwrap();
        let port = server.port;
        format!(
            "listen 127.0.0.1:{port} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; {settings}\n\
             location / {{ return 200 ok; }}"
        )
    })
}

fn ask(program: &Program, server: &Server, keys: &str, more: &str) -> Ended {
    let port = server.port;
    let check = format!("{more}    tls: {{ address: '127.0.0.1:{port}', ca: ca.pem{keys} }}\n");
    smoke(program, "", &format!("  - name: front\n{check}"))
}

#[test]
fn a_good_certificate() {
    let program = program();
    let Some(server) = with_tls(&program, Quality::DaysLeft(30), "ssl_protocols TLSv1.2 TLSv1.3;") else {
        return;
    };
    let all = ", days_left: 30, protocol: tls1.3, server_name: localhost";
    ask(&program, &server, all, "").expect(0, &["check front: ok, TLS 1.3, 30 days left"]);
}

#[test]
fn a_request_in_plain_text_is_told_to_write_https() {
    let program = program();
    let Some(server) = with_tls(&program, Quality::Good, "") else { return };
    let target = format!("http://127.0.0.1:{}", server.port);
    for check in ["http: { get: / }", "sse: { url: /events }", "websocket: { url: /live }"] {
        let ended = smoke(&program, &target, &format!("  - {check}\n"));
        ended.expect(1, &["a port that speaks TLS answers so: write https://"]);
    }
}

#[test]
fn certificates_and_protocols_that_are_not_good() {
    // The same words as for any other server.
    for (name, quality, settings, keys) in [
        ("tls-expired", Quality::Expired, "", ""),
        ("tls-future", Quality::NotYetValid, "", ""),
        ("tls-self-signed", Quality::SelfSigned, "", ""),
        ("tls-name", Quality::Good, "", ", server_name: shop.test"),
        ("tls-protocol", Quality::Good, "ssl_protocols TLSv1.2;", ", protocol: tls1.3"),
    ] {
        let program = program();
        let Some(server) = with_tls(&program, quality, settings) else { return };
        let ended = ask(&program, &server, keys, "");
        ended.expect(1, &["check front: FAILED"]);
        failure(name, &ended, &program);
    }
}

#[test]
fn one_that_hangs_and_one_that_is_gone() {
    let program = program();
    let Some(mut server) = with_tls(&program, Quality::Good, "") else { return };
    server.stop();
    let ended = ask(&program, &server, "", "    timeout: 300ms\n");
    server.go_on();
    ended.expect(4, &["connected, but no TLS handshake within 300ms"]);
    failure("tls-silent", &ended, &program);
    ask(&program, &server, "", "").expect(0, &["check front: ok"]);
    server.kill();
    ask(&program, &server, "", "").expect(4, &["Connection refused"]);
}

/// One that hands everything on to this address.
fn proxy(to: SocketAddr, settings: &str) -> Option<Server> {
    nginx(|server| {
        format!(
            "listen 127.0.0.1:{}; location / {{ proxy_pass http://{to}; proxy_http_version 1.1; {settings} }}",
            server.port
        )
    })
}

#[test]
fn events_that_a_proxy_collects_are_told_from_events_that_flow() {
    let origin = Raw::start(|mut stream: TcpStream| async move {
        let _ = stream.read(&mut [0; 4_096]).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        let _ = stream.write_all(format!("{head}data: one\n\n").as_bytes()).await;
        while stream.read(&mut [0; 4_096]).await.unwrap_or(0) > 0 {}
    });
    for (settings, code, words) in [
        ("proxy_buffering off;", 0, "check news: ok, 1 event in"),
        ("", 4, "a proxy on the way may hold it back"),
    ] {
        let Some(server) = proxy(origin.addr(), settings) else { return };
        let url = format!("http://127.0.0.1:{}/events", server.port);
        let check =
            format!("  - name: news\n    timeout: 2s\n    sse: {{ url: '{url}', first_event: 1s }}\n");
        smoke(&program(), "", &check).expect(code, &[words]);
    }
}

#[test]
fn a_socket_needs_a_proxy_that_hands_the_upgrade_on() {
    let origin = Raw::start(|stream: TcpStream| async move {
        use futures_util::StreamExt as _;
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
        while socket.next().await.is_some_and(|message| message.is_ok()) {}
    });
    let upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";
    for (settings, code) in [(upgrade, 0), ("", 1)] {
        let Some(server) = proxy(origin.addr(), settings) else { return };
        let program = program();
        let check = format!("  - name: live\n    websocket: {{ url: 'ws://127.0.0.1:{}/' }}\n", server.port);
        let ended = smoke(&program, "", &check);
        ended.expect(code, &[]);
        if code == 1 {
            failure("websocket-proxy", &ended, &program);
        }
    }
}
