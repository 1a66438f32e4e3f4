//! `ingress`: requests through an nginx that stands where a controller's would, in front of two services.

use crate::golden::failure;
use crate::place::{NAMESPACE, Place, SHELL, STAYS, deployment, ingress, service};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use std::fs;
use std::net::TcpListener;
use support::{Answer, Scripted, Server};

const ALL: &str = "{ path: /, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } }";

/// What ends TLS for an Ingress; only one of the two Secrets is there.
const SECRETS: &str =
    "  tls: [{ hosts: [secure.test], secretName: secure-tls }, { hosts: [lost.test], secretName: lost-tls }]
---
apiVersion: v1
kind: Secret
metadata: { name: secure-tls }
type: Opaque
stringData: { a: b }
";

/// What an nginx of a test has: its port for plain text, that for TLS, and its authority.
struct Front {
    server: Server,
    secure: u16,
    root: String,
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An nginx that knows `shop.test` and `secure.test`, and was not told of other hosts.
fn front(api: &Scripted, web: &Scripted) -> Option<Front> {
    let mut server = Server::new("nginx", None)?;
    let certified = rcgen::generate_simple_self_signed(["secure.test".to_owned()]).unwrap();
    let (root, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
    let folder = server.folder().to_owned();
    fs::write(folder.join("cert.pem"), &root).unwrap();
    fs::write(folder.join("key.pem"), key).unwrap();
    let (port, secure, dead) = (server.port, free(), free());
    let (api, web) = (api.addr(), web.addr());
    let config = format!(
        "daemon off; pid nginx.pid; error_log stderr; worker_processes 1; events {{}}
http {{
  access_log off; server_tokens off; proxy_temp_path t; client_body_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t;
  scgi_temp_path t;
  server {{ listen 127.0.0.1:{port} default_server; return 404; }}
  server {{
    listen 127.0.0.1:{port}; server_name shop.test;
    location / {{ proxy_pass http://{api}; proxy_set_header Host $host; }}
    location /swapped {{ proxy_pass http://{web}; }}
    location /dead {{ proxy_pass http://127.0.0.1:{dead}; }}
  }}
  server {{
    listen 127.0.0.1:{secure} ssl; server_name secure.test; ssl_certificate cert.pem; ssl_certificate_key key.pem;
    location / {{ proxy_pass http://{api}; proxy_set_header Host $host; }}
  }}
}}
"
    );
    fs::write(folder.join("nginx.conf"), config).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    server.start(&["-p".to_owned(), folder, "-c".to_owned(), "nginx.conf".to_owned()]);
    Some(Front { server, secure, root })
}

/// Writes an address into the status of an Ingress, as its controller would.
fn taken(place: &Place, name: &str, port: u16) {
    let ports = json!([{"port": port, "protocol": "TCP"}]);
    let status = json!({"status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.1", "ports": ports}]}}});
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let ingresses = place.cluster().await.api::<Ingress>();
        ingresses.patch_status(name, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
    });
}

#[test]
fn a_request_reaches_the_right_service_or_it_is_told_who_answered() {
    let api = Scripted::answering(|seen| match seen.path.as_str() {
        "/missing" => Answer::status(404).body(r#"{"error":"no such order"}"#),
        _ => Answer::json(format!(r#"{{"service":"api","host":"{}"}}"#, seen.header("host"))),
    });
    let web = Scripted::start([Answer::json(r#"{"service":"web"}"#)]);
    let Some(Front { server, secure, root }) = front(&api, &web) else { return };
    let plain = ingress("shop", &["shop.test", "new.test"], ALL);
    let secure_too = ingress("secure", &["secure.test", "lost.test"], ALL) + SECRETS;
    let place = Place::new(&[deployment("api", 1, SHELL, STAYS), service("api"), plain, secure_too].concat());
    place.program.write("root.pem", root);
    let via = format!("127.0.0.1:{}", server.port);
    place
        .smoke(&format!(
            "  - eventually: 60s
    ingress: {{ name: shop, host: shop.test, path: /orders, service: api, via: '{via}',
      expect: {{ status: 200, json: {{ $.service: {{ equals: api }}, $.host: {{ equals: shop.test }} }} }} }}
  - eventually: 60s
    ingress: {{ name: secure, host: secure.test, service: api, via: '127.0.0.1:{secure}', ca: root.pem }}\n"
        ))
        .expect(0, &["check ingress shop.test/orders to api: ok", "1 endpoints ready; 200 OK in ", &via]);

    let wrong = format!(
        "  - ingress: {{ name: shop, host: new.test, service: api, via: '{via}' }}
  - ingress: {{ name: shop, host: shop.test, path: /missing, service: api, via: '{via}' }}
  - ingress: {{ name: shop, host: shop.test, path: /dead, service: api, via: '{via}' }}
  - ingress: {{ name: shop, host: shop.test, path: /swapped, service: api, via: '{via}',
      expect: {{ json: {{ $.service: {{ equals: api }} }} }} }}
  - ingress: {{ name: shop, host: shop.test, service: api }}
  - ingress: {{ name: secure, host: lost.test, service: api, via: '{via}' }}\n"
    );
    let ended = place.smoke(&wrong);
    ended.expect(1, &[]);
    failure("ingress-request", &ended, &place.program);

    let ended = place.smoke(&format!(
        "  - ingress: {{ name: shop, host: shop.test, service: api, via: '127.0.0.1:{}' }}
  - ingress: {{ name: secure, host: secure.test, service: api, via: 'https://127.0.0.1:{secure}' }}\n",
        free()
    ));
    ended.expect(4, &[]);
    failure("ingress-unreachable", &ended, &place.program);

    // Its own address, once the controller has written one.
    taken(&place, "shop", server.port);
    place
        .smoke("  - ingress: { name: shop, host: shop.test, service: api }\n")
        .expect(0, &[&format!("through {via}")]);
    // What is drafted from such a namespace asks what can be asked without knowing the paths.
    let draft =
        ["init", "--from-cluster", "-n", NAMESPACE, "--kubeconfig", &place.kubeconfig, "-o", "d.yaml"];
    place.program.run(&draft).expect(0, &[]);
    let text = place.program.read("d.yaml");
    assert!(
        text.contains("ingress: { name: shop, host: shop.test, path: /, service: api, via: off }"),
        "{text}"
    );
    place.program.run(&["check", "d.yaml"]).expect(0, &[]);
}
