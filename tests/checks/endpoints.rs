//! `endpoints`: Services with and without somebody behind them.

use crate::golden::failure;
use crate::place::{Place, SHELL, STAYS, deployment, service};

#[test]
fn the_ready_endpoints_of_a_service_are_counted() {
    let unready =
        "          readinessProbe: { exec: { command: [/bin/false] }, periodSeconds: 1 }\n          args:";
    let place = Place::new(
        &[
            service("api"),
            deployment("api", 2, SHELL, STAYS),
            service("unready"),
            deployment("unready", 1, SHELL, STAYS).replace("          args:", unready),
            service("lonely"),
        ]
        .concat(),
    );
    place
        .smoke("  - eventually: 60s\n    endpoints: { service: api, ready: 2 }\n")
        .expect(0, &["check endpoints of api: ok, 2 of 2 endpoints ready"]);
    let ended = place.smoke(
        "  - endpoints: { service: api, ready: 3 }
  - eventually: { within: 3s, every: 500ms }
    endpoints: { service: unready }
  - endpoints: { service: lonely }
  - endpoints: { service: missing }\n",
    );
    ended.expect(1, &[]);
    failure("endpoints", &ended, &place.program);
}
