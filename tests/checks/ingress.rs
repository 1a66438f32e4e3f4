//! `ingress`: paths that lead to the right Service, to another one, or to nobody.

use crate::golden::failure;
use crate::place::{Place, SHELL, STAYS, deployment, ingress, service};

const PATHS: &str = "
      { path: /api, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } },
      { path: /old, pathType: Prefix, backend: { service: { name: api, port: { number: 81 } } } },
      { path: /empty, pathType: Exact, backend: { service: { name: empty, port: { name: http } } } }";

#[test]
fn a_path_leads_to_a_service_that_can_answer() {
    let ingress = ingress("shop", &["shop.test"], PATHS);
    let parts = [deployment("api", 1, SHELL, STAYS), service("api"), service("empty"), ingress];
    let place = Place::new(&parts.concat());
    place
        .smoke(
            "  - eventually: 60s
    ingress: { name: shop, host: shop.test, path: /api/orders, service: api, class: nginx, via: off }\n",
        )
        .expect(0, &["ok, shop.test/api/orders leads to api, 1 endpoints ready; no request was sent"]);
    let ended = place.smoke(
        "  - ingress: { name: shop, host: shop.test, path: /api, service: empty }
  - ingress: { name: shop, host: shop.test, path: /, service: api }
  - ingress: { name: shop, host: shop.test, path: /empty, service: empty }
  - ingress: { name: shop, host: shop.test, path: /old, service: api }
  - ingress: { name: shop, host: shop.test, path: /api, service: api, class: traefik }
  - ingress: { name: missing, service: api }\n",
    );
    ended.expect(1, &[]);
    failure("ingress", &ended, &place.program);
    for (keys, words) in [
        ("path: api", "begins with a slash"),
        ("via: ftp://lb.test", "`ftp://lb.test` is no address of an ingress"),
        ("via: off, expect: { status: 200 }", "with `via: off` no request is sent"),
        ("host: 'a b'", "is not a URL"),
    ] {
        place.smoke(&format!("  - ingress: {{ name: shop, service: api, {keys} }}\n")).expect(2, &[words]);
    }
}
