//! Which endpoints a name in a gate means. The one place that decides it, for validating and for judging.

use super::EndpointPlan;
use crate::sample::EndpointId;
use crate::source;

/// Why a name means no endpoints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// Nothing is called so.
    #[error("no journey, endpoint or step is called `{name}`{}", meant(similar.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The most similar name that would do.
        similar: Option<String>,
    },
    /// Steps of several journeys are called so.
    #[error("`{name}` is a step of several journeys; write one of {}", among.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// The endpoints it may mean.
        among: Vec<String>,
    },
}

fn meant(similar: Option<&str>) -> String {
    similar.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// The endpoints that `name` means, in the order of their ids: all of a journey by the journey's name, one by its
/// full name `journey/step`, or one by a step's name that only one journey has. Looked up in this order.
pub fn select(name: &str, endpoints: &[EndpointPlan]) -> Result<Vec<EndpointId>, SelectError> {
    let all = |wanted: &dyn Fn(&EndpointPlan) -> bool| -> Vec<EndpointId> {
        (0u16..).zip(endpoints).filter(|(_, plan)| wanted(plan)).map(|(id, _)| EndpointId(id)).collect()
    };
    let journey = all(&|plan| plan.journey == name);
    if !journey.is_empty() {
        return Ok(journey);
    }
    let endpoint = all(&|plan| plan.name == name);
    if !endpoint.is_empty() {
        return Ok(endpoint);
    }
    let steps = all(&|plan| step(plan) == Some(name));
    match steps.as_slice() {
        [_] => Ok(steps),
        [] => Err(SelectError::Unknown { name: name.into(), similar: nearest(name, endpoints) }),
        several => Err(SelectError::Ambiguous {
            name: name.into(),
            among: several
                .iter()
                .filter_map(|id| endpoints.get(usize::from(id.0)))
                .map(|plan| format!("`{}`", plan.name))
                .collect(),
        }),
    }
}

/// The step's own name: what follows `journey/`.
fn step(plan: &EndpointPlan) -> Option<&str> {
    plan.name.strip_prefix(plan.journey.as_str())?.strip_prefix('/')
}

fn nearest(name: &str, endpoints: &[EndpointPlan]) -> Option<String> {
    let names = endpoints
        .iter()
        .flat_map(|plan| [Some(plan.journey.as_str()), step(plan), Some(plan.name.as_str())])
        .flatten();
    source::nearest(name, names).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints() -> Vec<EndpointPlan> {
        let plan = |journey: &str, step: &str| EndpointPlan {
            name: format!("{journey}/{step}"),
            journey: journey.into(),
        };
        vec![plan("browse", "list"), plan("browse", "GET /a/b"), plan("order", "list"), plan("order", "pay")]
    }

    #[test]
    fn a_name_means_a_journey_an_endpoint_or_a_step() {
        for (name, ids) in [
            ("browse", vec![0, 1]),
            ("order/list", vec![2]),
            ("pay", vec![3]),
            ("GET /a/b", vec![1]),
            ("browse/GET /a/b", vec![1]),
        ] {
            let got: Vec<u16> = select(name, &endpoints()).unwrap().into_iter().map(|id| id.0).collect();
            assert_eq!(got, ids, "{name}");
        }
    }

    #[test]
    fn what_means_nothing_says_what_would() {
        for (name, words) in [
            ("list", "`list` is a step of several journeys; write one of `browse/list`, `order/list`"),
            ("brwose", "no journey, endpoint or step is called `brwose`; did you mean `browse`?"),
            ("unheard-of", "no journey, endpoint or step is called `unheard-of`"),
        ] {
            assert_eq!(select(name, &endpoints()).unwrap_err().to_string(), words);
        }
    }
}
