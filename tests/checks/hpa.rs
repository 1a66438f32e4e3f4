//! `hpa`: autoscalers that work, that cannot, and that are at their end.

use crate::golden::failure;
use crate::place::{Place, SHELL, STAYS, deployment};

fn autoscaler(name: &str, target: &str, max: u32) -> String {
    format!(
        "---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{ name: {name} }}
spec:
  scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: {target} }}
  minReplicas: 1
  maxReplicas: {max}
  metrics:
    - type: Resource
      resource: {{ name: cpu, target: {{ type: Utilization, averageUtilization: 90 }} }}
"
    )
}

#[test]
fn an_autoscaler_works_and_has_room() {
    let asking = "          resources: { requests: { cpu: 500m } }\n          args:";
    let asks = |name: &str| deployment(name, 1, SHELL, STAYS).replace("          args:", asking);
    let place = Place::new(
        &[
            asks("api"),
            autoscaler("api", "api", 4),
            asks("full"),
            autoscaler("full", "full", 1),
            autoscaler("astray", "nobody", 4),
        ]
        .concat(),
    );
    place
        .smoke(
            "  - eventually: 90s\n    hpa: { name: api }
  - eventually: 90s\n    hpa: { name: full, at_max: allowed }\n",
        )
        .expect(0, &["check autoscaler api: ok, 1 of at most 4 replicas; cpu: ", ", target 90%"]);
    let ended = place.smoke(
        "  - hpa: { name: full }
  - eventually: { within: 5s, every: 1s }\n    hpa: { name: astray }
  - hpa: { name: missing }\n",
    );
    ended.expect(1, &[]);
    failure("hpa", &ended, &place.program);
}
