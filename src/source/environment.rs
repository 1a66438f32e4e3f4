//! The environment that `${env:NAME}` looks into: taken once, so that a load is a function of its inputs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Environment variables by name. They may be secrets: it is serialised for another process of this program alone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Environment {
    values: BTreeMap<String, String>,
    target: Option<String>,
}

impl Environment {
    /// The variables of this process, without those whose values are not UTF-8.
    pub fn of_process() -> Environment {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Environment { values: std::env::vars_os().filter_map(utf8).collect(), target: None }
    }

    /// The same, with a URL that takes the place of every scenario's own `target.http`.
    #[must_use]
    pub fn with_target(self, url: Option<&str>) -> Environment {
        Environment { target: url.map(ToOwned::to_owned), ..self }
    }

    /// The same, with one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Environment {
        self.values.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The URL that takes the place of a scenario's own.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The names of all variables, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.values.keys().map(String::as_str)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(values: I) -> Environment {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Environment { values, target: None }
    }
}
