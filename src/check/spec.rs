//! A smoke check as it is written.

use super::Compiled;
use super::kind::{Check, CheckKind};
use super::kinds::Http;
use crate::journey::CompileContext;
use crate::source::{Located, Mark, Problem};
use crate::units::Span;
use crate::verdict::Severity;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// Makes the written form of the list of kinds.
macro_rules! kinds {
    ($($(#[$doc:meta])* $key:ident: $kind:ty,)*) => {
        /// One smoke check: a kind with its settings, and what all kinds share.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(rename = "Check")]
        pub struct CheckSpec {
            /// The check's name in reports; what it does when left out.
            pub name: Option<Located<String>>,
            /// `warn` turns a failure into a warning.
            pub severity: Severity,
            /// How long the check may take; 10s when left out.
            pub timeout: Option<Located<Span>>,
            $($(#[$doc])* pub $key: Option<Located<$kind>>,)*
        }

        impl CheckSpec {
            /// The kinds that were given, with their places.
            fn given(&self) -> Vec<(&'static str, Mark)> {
                let all = [$(self.$key.as_ref().map(|kind| (stringify!($key), kind.mark)),)*];
                all.into_iter().flatten().collect()
            }

            /// The first kind that was given, ready to be asked.
            fn check(&self, cx: &CompileContext<'_>, problems: &mut Vec<Problem>) -> Option<Box<dyn Check>> {
                $(if let Some(kind) = &self.$key {
                    return <$kind as CheckKind>::compile(kind, cx, problems);
                })*
                None
            }
        }
    };
}

kinds! {
    /// A request to the target and what is expected of its answer.
    http: Http,
}

/// How long a check may take where it does not say.
const TIMEOUT: Duration = Duration::from_secs(10);

impl CheckSpec {
    /// Whether it cannot be asked without `target.http`. A kind that has a URL of its own says so when it compiles.
    pub fn needs_target(&self) -> bool {
        self.http.is_some()
    }

    /// Compiles the check; all that is wrong with it goes to `problems`.
    pub fn compile(
        spec: &Located<CheckSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Compiled> {
        let given = spec.given();
        let (kind, mark) = match given.as_slice() {
            [one] => *one,
            [] => {
                problems.push(
                    Problem::at(spec.mark, "a check without a kind")
                        .help("add one, for example `http: { get: /health }`"),
                );
                return None;
            }
            [_, (_, second), ..] => {
                problems.push(
                    Problem::at(*second, "a check has one kind")
                        .help("make two checks of it, each with its own `-`"),
                );
                return None;
            }
        };
        let timeout = spec.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.get());
        let cx = CompileContext { timeout: Span::new(timeout), ..*cx };
        let check = spec.check(&cx, problems)?;
        let name = spec.name.as_ref().map_or_else(|| check.describe(), |name| name.value.clone());
        Some(Compiled { name, kind, mark, severity: spec.severity, timeout, check })
    }
}
