//! `job`: Jobs that are complete, have failed, or go on.

use crate::golden::failure;
use crate::place::{Place, SHELL};

fn job(name: &str, script: &str) -> String {
    format!(
        "---
apiVersion: batch/v1
kind: Job
metadata: {{ name: {name} }}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers: [{{ name: main, image: '{SHELL}', args: [-c, '{script}'] }}]
"
    )
}

#[test]
fn a_job_is_complete_failed_or_running() {
    let place = Place::new(
        &[
            job("done", "echo migrated"),
            job("broken", "echo table orders is missing; exit 4"),
            job("long", "exec sleep 1000"),
        ]
        .concat(),
    );
    place
        .smoke(
            "  - eventually: 60s\n    job: { name: done }
  - eventually: 60s\n    job: { name: broken, state: failed }
  - eventually: 60s\n    job: { name: long, state: running }\n",
        )
        .expect(0, &["check job done: ok, it is complete: 1 Pods succeeded, 0 failed"]);
    let ended = place.smoke(
        "  - eventually: 90s\n    job: { name: broken }
  - job: { name: long }
  - eventually: 90s\n    job: { name: done, state: running }
  - job: { name: missing }\n",
    );
    ended.expect(1, &[]);
    failure("job", &ended, &place.program);
}
