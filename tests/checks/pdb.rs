//! `pdb`: budgets that let nodes be drained, and those that do not.

use crate::golden::failure;
use crate::place::{Place, SHELL, STAYS, deployment};

pub fn budget(name: &str, least: u32) -> String {
    format!(
        "---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{ name: {name} }}
spec: {{ minAvailable: {least}, selector: {{ matchLabels: {{ app: api }} }} }}
"
    )
}

#[test]
fn a_budget_has_to_allow_evictions() {
    let place = Place::new(
        &[deployment("api", 2, SHELL, STAYS), budget("api", 1), budget("strict", 2), budget("short", 3)]
            .concat(),
    );
    place
        .smoke("  - eventually: 60s\n    pdb: { name: api }\n")
        .expect(0, &["check disruption budget api: ok, 1 disruptions allowed: 2 of 2 Pods are healthy"]);
    let ended = place.smoke(
        "  - pdb: { name: api, allows: 2 }
  - pdb: { name: strict }
  - pdb: { name: short }
  - pdb: { name: missing }\n",
    );
    ended.expect(1, &[]);
    failure("pdb", &ended, &place.program);
}
