//! "did you mean": the known name that is nearest to what was written.

use std::iter::once;

/// The longest name that is compared, in bytes.
const LONGEST: usize = 100;

/// The name among `known` that `written` was probably meant to be.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A third of the letters may differ; short names allow one slip.
    let allowed = (written.chars().count() / 3).max(1);
    // Comparing takes the product of both lengths; nobody slips on a word that long.
    if written.len() > LONGEST {
        return None;
    }
    known
        .into_iter()
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (distance(written, name), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many slips lie between two names, whatever the case of their letters and the order of their words.
fn distance(written: &str, name: &str) -> usize {
    let straight = strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase());
    straight.min(strsim::damerau_levenshtein(&in_order(written), &in_order(name)))
}

/// The words of `kill_pod`, `kill-pod` or `killPod`, sorted: who knows other tools turns them round.
fn in_order(name: &str) -> String {
    let mut spaced = String::new();
    for (before, letter) in once(' ').chain(name.chars()).zip(name.chars()) {
        if letter.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        match letter {
            '-' | '_' => spaced.push(' '),
            letter => spaced.extend(letter.to_lowercase()),
        }
    }
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    words.sort_unstable();
    words.join("_")
}

/// The next move for an unknown name: the nearest known one, else all of them.
pub fn suggest<'k>(written: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    if let Some(name) = nearest(written, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!("known is only {only}"),
        many => format!("known are {}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["name", "weight", "steps", "data"];
        for (written, meant) in [
            ("nmae", Some("name")),
            ("Name", Some("name")),
            ("step", Some("steps")),
            ("wieght", Some("weight")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
        let faults = ["pod_kill", "cpu_limit", "max_in_flight"];
        for (written, meant) in [
            ("kill-pod", Some("pod_kill")),
            ("killPod", Some("pod_kill")),
            ("kill_pods", Some("pod_kill")),
            ("PodKill", Some("pod_kill")),
            ("limitCpu", Some("cpu_limit")),
            ("inFlightMax", Some("max_in_flight")),
            ("flight", None),
        ] {
            assert_eq!(nearest(written, faults), meant, "{written}");
        }
        assert_eq!(suggest("nmae", known), "did you mean `name`?");
        assert_eq!(suggest("zzz", known), "known are `name`, `weight`, `steps`, `data`");
        assert_eq!(suggest("zzz", ["one"]), "known is only `one`");
        assert_eq!(suggest("zzz", []), "");
    }
}
