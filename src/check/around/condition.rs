//! `only_if`: a check that is asked under a condition.

use crate::source::{Environment, Located};
use schemars::JsonSchema;
use serde::Deserialize;

/// A condition on an environment variable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnlyIf {
    /// The variable's name.
    pub env: Located<String>,
    /// The value it must have; any that is not empty when left out.
    #[serde(default)]
    pub is: Option<Located<String>>,
}

impl OnlyIf {
    /// Why the check is not asked in this environment; nothing when it is. The variable's own value is not said: it
    /// may be a secret.
    pub fn excludes(&self, environment: &Environment) -> Option<String> {
        let name = &self.env.value;
        match (environment.get(name).filter(|value| !value.is_empty()), &self.is) {
            (None, _) => Some(format!("not asked: the environment variable {name} is not set")),
            (Some(value), Some(wanted)) if value != wanted.value => {
                Some(format!("not asked: the environment variable {name} is not `{}`", wanted.value))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_and_equal_is_asked() {
        let environment = Environment::from_iter([("STAGE", "production"), ("EMPTY", "")]);
        let located = |text: &str| Located { value: text.to_owned(), ..Located::default() };
        for (env, is, why) in [
            ("STAGE", None, None),
            ("STAGE", Some("production"), None),
            ("STAGE", Some("test"), Some("not asked: the environment variable STAGE is not `test`")),
            ("EMPTY", None, Some("not asked: the environment variable EMPTY is not set")),
            ("NONE", Some("x"), Some("not asked: the environment variable NONE is not set")),
        ] {
            let only_if = OnlyIf { env: located(env), is: is.map(located) };
            assert_eq!(only_if.excludes(&environment).as_deref(), why, "{env} {is:?}");
        }
    }
}
