//! Names, labels and annotations.

use crate::object;
use crate::resource::NameRule;
use crate::status::Cause;
use serde_json::{Value, json};

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', \
start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', \
regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', \
regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

fn is_label(name: &str) -> bool {
    let inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !name.is_empty() && name.chars().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}

/// What is wrong with a name, in the server's words.
fn name_fault(rule: NameRule, name: &str) -> Option<String> {
    let longest = if matches!(rule, NameRule::Label | NameRule::Dns) { 63 } else { 253 };
    if name.len() > longest {
        return Some(format!("must be no more than {longest} bytes"));
    }
    let text = match rule {
        NameRule::Subdomain => (!name.split('.').all(is_label)).then_some(SUBDOMAIN),
        NameRule::Label => (!is_label(name)).then_some(LABEL),
        NameRule::Dns => {
            (!is_label(name) || !name.starts_with(|letter: char| letter.is_ascii_lowercase())).then_some(DNS)
        }
        NameRule::PathSegment if matches!(name, "." | "..") => Some("may not be '.' or '..'"),
        NameRule::PathSegment => name.contains(['/', '%']).then_some("may not contain '/' or '%'"),
    };
    text.map(str::to_owned)
}

fn is_label_value(value: &str) -> bool {
    let inner = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    value.is_empty() || (value.chars().all(inner) && value.starts_with(edge) && value.ends_with(edge))
}

/// What is wrong with an object's metadata.
pub fn check_metadata(rule: NameRule, subject: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let name = object::name(subject);
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
    } else if let Some(fault) = name_fault(rule, name) {
        causes.push(Cause::invalid("metadata.name", &json!(name), &fault));
    }
    for (key, value) in subject.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten() {
        let Some(value) = value.as_str() else { continue };
        if value.len() > 63 {
            causes.push(Cause::invalid("metadata.labels", &json!(value), "must be no more than 63 bytes"));
        } else if !is_label_value(value) {
            causes.push(Cause::invalid("metadata.labels", &json!(value), LABEL_VALUE));
        } else if key.is_empty() {
            causes.push(Cause::invalid("metadata.labels", &json!(key), "name part must be non-empty"));
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_rule() {
        for (rule, name, fine) in [
            (NameRule::Subdomain, "a.b-c.1", true),
            (NameRule::Subdomain, "Bad_Name", false),
            (NameRule::Subdomain, "a..b", false),
            (NameRule::Label, "a.b", false),
            (NameRule::Label, "1a", true),
            (NameRule::Dns, "1a", false),
            (NameRule::Dns, "a1", true),
            (NameRule::PathSegment, "system:node", true),
            (NameRule::PathSegment, "a/b", false),
        ] {
            assert_eq!(name_fault(rule, name).is_none(), fine, "{name}");
        }
        assert!(name_fault(NameRule::Label, &"a".repeat(64)).is_some());
    }

    #[test]
    fn an_object_without_a_name_is_told_so() {
        let causes = check_metadata(NameRule::Subdomain, &json!({"metadata": {"labels": {"a": "b c"}}}));
        assert_eq!(causes.len(), 2);
        assert_eq!(causes[0].message, "Required value: name or generateName is required");
    }
}
