//! How many replicas a metric asks for: the arithmetic of the real controller, without a clock or a cluster.

/// A ratio of value to target this near to 1 changes nothing.
const TOLERANCE: f64 = 0.1;

/// What a Pod is to have on the mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Percent of what it requests.
    Utilization(u64),
    /// So much: millicores or bytes.
    Average(u64),
}

/// Whether a Pod's usage says anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It does its part of the work.
    Ready,
    /// It is not ready, or was not for the whole of the measurement.
    Unready,
}

/// One Pod: usage and request in millicores or bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) state: State,
    /// `None` when it was not measured.
    pub(super) usage: Option<u64>,
    /// 0 when the target does not ask for it.
    pub(super) request: u64,
}

/// What is and what should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) replicas: u64,
    /// Percent of the requests that is used, for a target of that form.
    pub(super) utilization: Option<u64>,
    /// Mean usage of the Pods that count.
    pub(super) average: u64,
}

/// How many replicas `pods` ask for, when there should be `current`. Errors: no Pod says anything.
pub(super) fn count(target: Target, current: u64, pods: &[Sample]) -> Result<Count, &'static str> {
    let of = |state: State| pods.iter().filter(move |pod| pod.state == state);
    let pair = |pod: &Sample| Some((pod.usage?, pod.request));
    let mut counted: Vec<(u64, u64)> = of(State::Ready).filter_map(pair).collect();
    if counted.is_empty() {
        return Err("did not receive metrics for targeted pods (pods might be unready)");
    }
    let ratio = ratio(target, &counted);
    let (used, requested) = sums(&counted);
    let told = Count {
        replicas: current,
        utilization: matches!(target, Target::Utilization(_)).then(|| used * 100 / requested.max(1)),
        average: used / counted.len() as u64,
    };
    let missing: Vec<&Sample> = of(State::Ready).filter(|pod| pod.usage.is_none()).collect();
    let waking: Vec<&Sample> = of(State::Unready).filter(|_| ratio > 1.0).collect();
    if missing.is_empty() && waking.is_empty() {
        let replicas = if tolerable(ratio) { current } else { times(ratio, counted.len()) };
        return Ok(Count { replicas, ..told });
    }
    // Who was not measured is taken for what keeps the change small: idle when growing, busy when shrinking.
    counted.extend(missing.iter().map(|pod| match (ratio < 1.0, target) {
        (false, _) => (0, pod.request),
        (true, Target::Utilization(percent)) => (pod.request * percent.max(100) / 100, pod.request),
        (true, Target::Average(most)) => (most, pod.request),
    }));
    // Who is only getting ready will take its part.
    counted.extend(waking.iter().map(|pod| (0, pod.request)));
    let corrected = self::ratio(target, &counted);
    let turned = (ratio < 1.0 && corrected > 1.0) || (ratio > 1.0 && corrected < 1.0);
    if tolerable(corrected) || turned {
        return Ok(told);
    }
    let replicas = times(corrected, counted.len());
    let wrong_way = (corrected < 1.0 && replicas > current) || (corrected > 1.0 && replicas < current);
    Ok(if wrong_way { told } else { Count { replicas, ..told } })
}

fn sums(pods: &[(u64, u64)]) -> (u64, u64) {
    pods.iter().fold((0, 0), |(used, requested), pod| (used + pod.0, requested + pod.1))
}

/// Value to target. Both are whole numbers first, as in the status.
fn ratio(target: Target, pods: &[(u64, u64)]) -> f64 {
    let (used, requested) = sums(pods);
    let (value, wanted) = match target {
        Target::Utilization(percent) => (used * 100 / requested.max(1), percent),
        Target::Average(most) => (used / (pods.len() as u64).max(1), most),
    };
    value as f64 / wanted.max(1) as f64
}

fn tolerable(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}

fn times(ratio: f64, pods: usize) -> u64 {
    (ratio * pods as f64).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `80` is a ready Pod that uses 80 of its 100; `-` in front of it is a Pod that is not ready, `?` one that was
    /// not measured.
    fn pods(text: &str) -> Vec<Sample> {
        let one = |word: &str| {
            let state = if word.starts_with('-') { State::Unready } else { State::Ready };
            Sample { state, usage: word.trim_start_matches('-').parse().ok(), request: 100 }
        };
        text.split_whitespace().map(one).collect()
    }

    #[test]
    fn the_formula() {
        for (target, text, expected) in [
            (50, "50", 1),
            (50, "55 55", 2),
            (50, "56 56", 3),
            (50, "45 45", 2),
            (50, "44 44 44", 3),
            (50, "100 100", 4),
            (50, "200", 4),
            (50, "20 20 20 20", 2),
            (50, "0 0 0", 0),
            // Two ready ones at twice the target ask for four; the third is on its way and counts as idle.
            (50, "100 100 -5", 4),
            (50, "90 90 -5", 4),
            (50, "80 80 -5", 3),
            // When shrinking, those that are not ready do not count.
            (50, "20 20 20 -90", 2),
            // Not measured: idle when growing, at the request when shrinking.
            (50, "100 100 ?", 4),
            (50, "10 10 ?", 3),
            (50, "10 10 10 10 ?", 3),
            (50, "60 ?", 2),
        ] {
            let pods = pods(text);
            let current = pods.len() as u64;
            let found = count(Target::Utilization(target), current, &pods).unwrap();
            assert_eq!(found.replicas, expected, "{text}");
            let average = count(Target::Average(target), current, &pods).unwrap();
            // Requests of 100 make both forms the same, but for what an unmeasured Pod is taken for.
            assert!(text.contains('?') || average.replicas == expected, "{text}");
        }
    }

    #[test]
    fn what_is_told_is_of_the_ready_ones_alone() {
        let found = count(Target::Utilization(50), 3, &pods("40 60 -90")).unwrap();
        assert_eq!((found.utilization, found.average), (Some(50), 50));
        assert_eq!(count(Target::Average(50), 1, &pods("7")).unwrap().utilization, None);
        assert!(count(Target::Utilization(50), 2, &pods("-90 ?")).is_err());
    }

    proptest! {
        #[test]
        fn more_load_never_asks_for_less(load in proptest::collection::vec(0_u64..1000, 1..20), more in 0_u64..1000) {
            let sample = |usage| Sample { state: State::Ready, usage: Some(usage), request: 100 };
            let before: Vec<Sample> = load.iter().copied().map(sample).collect();
            let after: Vec<Sample> = load.iter().map(|usage| sample(usage + more)).collect();
            let current = load.len() as u64;
            let asked = |pods: &[Sample]| count(Target::Utilization(70), current, pods).unwrap().replicas;
            prop_assert!(asked(&after) >= asked(&before));
        }
    }
}
