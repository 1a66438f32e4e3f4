//! Which smoke checks wait for which.

use crate::check::{CheckSpec, Compiled, resolve};
use crate::source::{Located, Problem};

/// Finds the checks that others wait for. With other problems a name may be that of a check that was left out.
pub(in crate::scenario) fn depends_on(
    specs: &[&Located<CheckSpec>],
    checks: &mut [Compiled],
    problems: &mut Vec<Problem>,
) {
    if specs.len() != checks.len() || !problems.is_empty() {
        return;
    }
    let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    let wanted: Vec<&[Located<String>]> = specs.iter().map(|spec| spec.depends_on.as_slice()).collect();
    let places = resolve(&names, &wanted, problems);
    for (check, places) in checks.iter_mut().zip(places) {
        check.depends_on = places;
    }
}
