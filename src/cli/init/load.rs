//! A little load on the way in.

use super::front::Front;
use crate::cli::yaml::quoted;

/// The section. The load goes on for `seconds`.
pub(super) fn load(front: &Front, seconds: u32) -> String {
    let step = match &front.path {
        Some(path) => format!("        - get: {}\n", quoted(path)),
        None => "        - get: /\n          expect: { status: [2xx, 3xx, 4xx] }\n".to_owned(),
    };
    format!(
        "load:
  # A little of it. Put what your users do here, and as much as they do.
  profile: {{ baseline: {{ base: 50/s, ramp: 2s, hold: {seconds}s }} }}
  connections: {{ max_age: 2s }}          # old connections would hide which Pods are there
  journeys:
    - name: visit
      steps:
{step}"
    )
}
