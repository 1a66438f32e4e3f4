//! Label selectors, as a query parameter and as `LabelSelector` objects.

use serde_json::{Map, Value};

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The label has one of the values.
    In,
    /// The label has none of the values, or is missing.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is missing.
    DoesNotExist,
}

/// One condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// The comparison.
    pub operator: Operator,
    /// What to compare with; empty for `Exists` and `DoesNotExist`.
    pub values: Vec<String>,
}

impl Requirement {
    fn holds(&self, labels: Option<&Map<String, Value>>) -> bool {
        let value = labels.and_then(|labels| labels.get(&self.key)).and_then(Value::as_str);
        let among = |value: &str| self.values.iter().any(|one| one == value);
        match self.operator {
            Operator::In => value.is_some_and(among),
            Operator::NotIn => !value.is_some_and(among),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }

    fn equals(key: &str, value: &str) -> Requirement {
        Requirement { key: key.to_owned(), operator: Operator::In, values: vec![value.to_owned()] }
    }
}

/// Conditions on labels that must all hold. The default has none and selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    /// The conditions.
    pub requirements: Vec<Requirement>,
}

impl LabelSelector {
    /// The selector of a `spec.selector` that is a plain map of labels (Services).
    pub fn from_map(labels: &Value) -> LabelSelector {
        let pairs = labels.as_object().into_iter().flatten();
        let requirements =
            pairs.map(|(key, value)| Requirement::equals(key, value.as_str().unwrap_or_default())).collect();
        LabelSelector { requirements }
    }

    /// The selector of a `LabelSelector` object with `matchLabels` and `matchExpressions`. Operators it does
    /// not know select nothing.
    pub fn from_object(selector: &Value) -> LabelSelector {
        let mut found = LabelSelector::from_map(&selector["matchLabels"]);
        for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
            let operator = match expression["operator"].as_str() {
                Some("NotIn") => Operator::NotIn,
                Some("Exists") => Operator::Exists,
                Some("DoesNotExist") => Operator::DoesNotExist,
                _ => Operator::In,
            };
            let values = expression["values"].as_array().into_iter().flatten();
            found.requirements.push(Requirement {
                key: expression["key"].as_str().unwrap_or_default().to_owned(),
                operator,
                values: values.filter_map(Value::as_str).map(str::to_owned).collect(),
            });
        }
        found
    }

    /// Whether the object's labels fulfil every condition.
    pub fn matches(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
        self.requirements.iter().all(|one| one.holds(labels))
    }
}

impl std::fmt::Display for LabelSelector {
    /// As in a query: `app=api,tier in (a,b),!old`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, one) in self.requirements.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match (one.operator, one.values.as_slice()) {
                (Operator::In, [value]) => write!(f, "{}={value}", one.key)?,
                (Operator::In, values) => write!(f, "{} in ({})", one.key, values.join(","))?,
                (Operator::NotIn, [value]) => write!(f, "{}!={value}", one.key)?,
                (Operator::NotIn, values) => write!(f, "{} notin ({})", one.key, values.join(","))?,
                (Operator::Exists, _) => f.write_str(&one.key)?,
                (Operator::DoesNotExist, _) => write!(f, "!{}", one.key)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_with_expressions_selects_like_its_query() {
        let selector = LabelSelector::from_object(&json!({
            "matchLabels": {"app": "api"},
            "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["a", "b"]}, {"key": "x", "operator": "Exists"}],
        }));
        assert_eq!(selector.to_string(), "app=api,tier notin (a,b),x");
        let pod = |labels: Value| json!({"metadata": {"labels": labels}});
        assert!(selector.matches(&pod(json!({"app": "api", "x": ""}))));
        assert!(!selector.matches(&pod(json!({"app": "api", "x": "", "tier": "b"}))));
        assert!(!selector.matches(&pod(json!({"app": "api"}))));
        assert!(!selector.matches(&json!({})));
    }
}
