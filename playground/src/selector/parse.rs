//! Reading `labelSelector` and `fieldSelector` of a query.

use crate::selector::{FieldSelector, FieldTerm, LabelSelector, Operator, Requirement};

/// A selector that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// A label selector breaks the grammar.
    #[error("unable to parse requirement: {0}")]
    Label(String),
    /// A field selector breaks the grammar.
    #[error("invalid selector: '{0}'; can't understand '{0}'")]
    Field(String),
    /// A field that this resource cannot be selected by.
    #[error("field label not supported: {0}")]
    UnknownField(String),
}

/// Splits at the commas that are outside parentheses.
fn terms(query: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let split = query.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    split.map(str::trim).filter(|term| !term.is_empty()).collect()
}

fn key(text: &str) -> Result<String, SelectorError> {
    let key = text.trim();
    let fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
    if key.is_empty() || !key.chars().all(fine) {
        return Err(SelectorError::Label(format!("found '{key}', expected: identifier")));
    }
    Ok(key.to_owned())
}

fn requirement(term: &str) -> Result<Requirement, SelectorError> {
    if let Some(open) = term.find('(') {
        let inner = term[open + 1..].strip_suffix(')');
        let inner = inner.ok_or_else(|| SelectorError::Label(format!("found '{term}', expected: ')'")))?;
        let mut words = term[..open].split_whitespace();
        let (name, word) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let operator = match (word, words.next()) {
            ("in", None) => Operator::In,
            ("notin", None) => Operator::NotIn,
            _ => {
                let found = format!("found '{word}', expected: in, notin, =, ==, !=, gt, lt");
                return Err(SelectorError::Label(found));
            }
        };
        let values = inner.split(',').map(|value| value.trim().to_owned()).collect();
        return Ok(Requirement { key: key(name)?, operator, values });
    }
    for (sign, operator) in [("!=", Operator::NotIn), ("==", Operator::In), ("=", Operator::In)] {
        if let Some((name, value)) = term.split_once(sign) {
            return Ok(Requirement { key: key(name)?, operator, values: vec![value.trim().to_owned()] });
        }
    }
    match term.strip_prefix('!') {
        Some(name) => Ok(Requirement { key: key(name)?, operator: Operator::DoesNotExist, values: vec![] }),
        None => Ok(Requirement { key: key(term)?, operator: Operator::Exists, values: vec![] }),
    }
}

impl std::str::FromStr for LabelSelector {
    type Err = SelectorError;

    fn from_str(query: &str) -> Result<LabelSelector, SelectorError> {
        let requirements = terms(query).into_iter().map(requirement).collect::<Result<_, _>>()?;
        Ok(LabelSelector { requirements })
    }
}

impl std::str::FromStr for FieldSelector {
    type Err = SelectorError;

    fn from_str(query: &str) -> Result<FieldSelector, SelectorError> {
        let mut found = Vec::new();
        for term in terms(query) {
            let split = [("!=", false), ("==", true), ("=", true)]
                .into_iter()
                .find_map(|(sign, equal)| term.split_once(sign).map(|(path, value)| (path, value, equal)));
            let (path, value, equal) = split.ok_or_else(|| SelectorError::Field(term.to_owned()))?;
            let (path, value) = (path.trim().to_owned(), value.trim().to_owned());
            found.push(if equal { FieldTerm::Is { path, value } } else { FieldTerm::IsNot { path, value } });
        }
        Ok(FieldSelector { terms: found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_selectors_round_trip() {
        for (query, written) in [
            ("app=api", "app=api"),
            ("app == api, tier!=web", "app=api,tier!=web"),
            ("app in (api, web),!old", "app in (api,web),!old"),
            ("a/b notin (x,y),new", "a/b notin (x,y),new"),
            ("", ""),
        ] {
            let selector: LabelSelector = query.parse().unwrap();
            assert_eq!(selector.to_string(), written, "{query}");
        }
    }

    #[test]
    fn broken_selectors_say_where() {
        for query in ["app in (a", "a b c (x)", "=x", "app~x", "app in"] {
            assert!(query.parse::<LabelSelector>().is_err(), "{query}");
        }
        assert!("metadata.name".parse::<FieldSelector>().is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_query_panics(query in ".{0,40}") {
            let _ = query.parse::<LabelSelector>();
            let _ = query.parse::<FieldSelector>();
        }
    }
}
