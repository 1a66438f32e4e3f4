//! Names that objects of Kubernetes can have.

use crate::source::{Located, Problem};

/// No name is longer.
const LONGEST: usize = 253;

/// Looks at the name of an object: small letters, digits, `-` and `.`, with a letter or a digit at both ends.
pub fn named(name: &Located<String>, problems: &mut Vec<Problem>) {
    if good(&name.value) {
        return;
    }
    let lower = name.value.to_lowercase();
    let like = lower.replace(|c: char| !plain(c) && c != '.', "-");
    let like = like.trim_matches(|c| !plain(c));
    let problem = Problem::at(name.mark, format!("`{}` cannot be the name of an object", name.value));
    let help = "names have small letters, digits and `-`";
    problems.push(problem.help(if good(like) {
        format!("{help}; did you mean `{like}`?")
    } else {
        format!("{help}, for example `api`")
    }));
}

fn good(name: &str) -> bool {
    let allowed = |c: char| plain(c) || c == '-' || c == '.';
    (1..=LONGEST).contains(&name.len())
        && name.chars().all(allowed)
        && name.starts_with(plain)
        && name.ends_with(plain)
}

fn plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_api_server_takes() {
        for (name, fine) in [
            ("api", true),
            ("shop-api.v2", true),
            ("2048", true),
            ("", false),
            ("Api", false),
            ("migrate_db", false),
            ("api/v1", false),
            ("-api", false),
            ("api-", false),
        ] {
            assert_eq!(good(name), fine, "{name}");
        }
        assert!(good(&"a".repeat(LONGEST)) && !good(&"a".repeat(LONGEST + 1)));
    }
}
