//! `http`: one request or a chain of them, and what their answers must be, in the words of a journey's steps.

mod chain;

use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::journey::{ChainSpec, CompileContext};
use crate::source::{Located, Problem};
use chain::Chain;
use std::time::Duration;

/// Requests to the target.
pub type Http = ChainSpec;

impl CheckKind for Http {
    fn compile(
        spec: &Located<ChainSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        Chain::compile(spec, cx, problems)
    }
}

impl Check for Chain {
    fn describe(&self) -> String {
        self.name()
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }

    fn cleans_up_for(&self) -> Duration {
        self.longest_cleanup()
    }
}
