//! The next move for a name that is not known.

use super::similar;

/// The next move for an unknown name: the nearest known one, else all of them.
pub fn suggest<'k>(written: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    if let Some(name) = similar(written, known.clone()) {
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
    fn the_nearest_name_or_all_of_them() {
        let known = ["name", "weight", "steps", "data"];
        assert_eq!(suggest("nmae", known), "did you mean `name`?");
        assert_eq!(suggest("zzz", known), "known are `name`, `weight`, `steps`, `data`");
        assert_eq!(suggest("zzz", ["one"]), "known is only `one`");
        assert_eq!(suggest("zzz", []), "");
    }
}
