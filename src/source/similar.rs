//! "Did you mean": the known word nearest to one that is not known.

/// The candidate most like `word`, when one is like enough to be a slip of the keyboard: at most a third of the
/// longer word's letters differ (Damerau-Levenshtein).
pub fn similar<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let far = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (far, word.chars().count().max(candidate.chars().count()), candidate)
        })
        .filter(|(far, longer, _)| far * 3 <= *longer)
        .min_by_key(|(far, _, _)| *far)
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["terminal", "json", "junit"];
        for (word, meant) in [
            ("jsno", Some("json")),
            ("JUnit", Some("junit")),
            ("terminl", Some("terminal")),
            ("html", None),
            ("", None),
        ] {
            assert_eq!(similar(word, known), meant, "{word}");
        }
    }
}
