//! `rollout`: workloads that are complete, and those that crash, have no image, or are not as meant.

use crate::golden::failure;
use crate::place::{Place, SHELL, STAYS, deployment};

#[test]
fn a_rollout_is_judged_by_its_image_its_pods_and_where_they_are() {
    let place = Place::new(&deployment("api", 2, SHELL, STAYS));
    place
        .smoke(
            "  - eventually: 60s
    rollout: { deployment: api, image: 'process:/bin/sh', restarts: 0, nodes: 2, zones: 2 }\n",
        )
        .expect(0, &["check rollout of api: ok, 2 of 2 replicas available at process:/bin/sh"]);
    let ended = place.smoke(
        "  - name: the api is at its new image
    rollout: { deployment: api, image: 'shop/api:2' }
  - name: the api is everywhere
    rollout: { deployment: api, zones: 7 }
  - rollout: { deployment: missing }
  - rollout: { statefulset: store }\n",
    );
    ended.expect(1, &[]);
    failure("rollout", &ended, &place.program);
    let probe =
        "          readinessProbe: { exec: { command: [/bin/false] }, periodSeconds: 1 }\n          args:";
    place.apply(
        &[
            deployment("crashing", 1, SHELL, "echo reading the settings; echo no database; exit 3"),
            deployment("lost", 1, "registry.invalid/lost:1", STAYS),
            deployment("unready", 1, SHELL, STAYS).replace("          args:", probe),
        ]
        .concat(),
    );
    // Waiting ends where it is in vain.
    let ended = place.smoke(
        "  - eventually: { within: 90s, every: 100ms }\n    rollout: { deployment: crashing }
  - eventually: { within: 90s, every: 100ms }\n    rollout: { deployment: lost }
  - eventually: { within: 3s, every: 500ms }\n    rollout: { deployment: unready }\n",
    );
    ended.expect(1, &[]);
    failure("rollout-pods", &ended, &place.program);
}
