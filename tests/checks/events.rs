//! `events`: a namespace without warnings, and one that warns.

use crate::golden::failure;
use crate::place::{Place, SHELL, STAYS, deployment};

#[test]
fn warnings_since_the_deploy_count() {
    let place = Place::new(&deployment("api", 1, SHELL, STAYS));
    place
        .smoke(
            "  - name: up\n    eventually: 60s\n    rollout: { deployment: api }
  - depends_on: [up]\n    events: { deployment: api }
  - depends_on: [up]\n    events: { since: 10m }\n",
        )
        .expect(
            0,
            &["check warnings since the rollout of api: ok, no warnings since deployment/api was rolled out"],
        );
    place.apply(&deployment("crashing", 1, SHELL, "exit 3"));
    let ended = place.smoke(
        "  - name: it crashes\n    severity: warn\n    eventually: { within: 60s, every: 200ms }\n    rollout: { deployment: crashing }
  - events: { deployment: missing }\n",
    );
    ended.expect(1, &["check it crashes: WARNING", "there is no Deployment missing"]);
    let ended = place.smoke(
        "  - events: { deployment: api }
  - events: { since: 10m, ignore: [Unhealthy] }\n",
    );
    ended.expect(1, &["since deployment/api was rolled out", "within the last 10m", "BackOff"]);
    place
        .smoke("  - events: { since: 10m, ignore: [BackOff] }\n")
        .expect(0, &["no warnings within the last 10m, 1 ignored"]);
    place.smoke("  - events: {}\n").expect(2, &["since when warnings count has to be said once"]);
    let ended = place.smoke("  - events: { deployment: api }\n");
    failure("events", &ended, &place.program);
}
