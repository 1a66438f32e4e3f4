//! The command `by hand` of a failed check, typed: the server is asked the same once more.

use crate::golden::program;
use std::process::Command;
use support::{Answer, Clients, Seen, TlsServer, TlsSetup, skipped};

/// What the server is asked that lets nobody in without a certificate, by the check and by its command.
fn asked_twice(name: &'static str, tls: &str, check: &str) -> Option<[Seen; 2]> {
    if Command::new("curl").arg("--version").output().is_err() {
        skipped("there is no curl on this machine");
        return None;
    }
    let setup = TlsSetup { names: vec![name], clients: Clients::WithCertificate, ..TlsSetup::default() };
    let (program, server) = (program(), TlsServer::answering(&setup, |_| Answer::status(418)));
    program.write("ca.pem", server.root_pem());
    program.write("me.pem", &server.client().certificate_pem);
    program.write("me.key", &server.client().key_pem);
    let url = format!("https://127.0.0.1:{}", server.addr().port());
    program.write(
        "scenario.yaml",
        format!(
            "scenario: typed\ntarget:\n  http: {url}\n  tls: {{ certificate: me.pem, key: me.key, {tls} }}\n\
             smoke:\n  - {check}\n"
        ),
    );
    let ended = program.run(&["smoke", "scenario.yaml"]);
    ended.expect(1, &[]);
    let command = ended.out.lines().find_map(|line| line.trim().strip_prefix("by hand   "));
    let command = command.unwrap_or_else(|| panic!("no command in\n{ended}"));
    let typed = Command::new("sh").args(["-c", command]).current_dir(program.folder()).output().unwrap();
    let said = String::from_utf8_lossy(&typed.stdout);
    assert!(said.contains(" 418"), "{command}\n{said}\n{}", String::from_utf8_lossy(&typed.stderr));
    Some(server.seen().try_into().unwrap())
}

#[test]
fn the_command_trusts_shows_and_asks_as_the_check_does() {
    for (name, tls, check) in [
        ("127.0.0.1", "ca: ca.pem", "http: { get: /a }"),
        ("shop.test", "ca: ca.pem, server_name: shop.test", "http: { post: /a, body: b }"),
        // An authority of its own takes nothing else from what is written of the target.
        ("shop.test", "server_name: shop.test", "sse: { url: /a, ca: ca.pem }"),
    ] {
        let Some([checked, typed]) = asked_twice(name, tls, check) else { return };
        let who = |seen: &Seen| (seen.method.clone(), seen.path.clone(), seen.version, seen.body.clone());
        assert_eq!(who(&typed), who(&checked), "{check}");
        assert_eq!(typed.headers.get("host"), checked.headers.get("host"), "{check}");
    }
}
