//! What compiling a journey needs from the scenario around it.

use super::Pairs;
use crate::source::{Located, Problem};
use crate::units::Span;
use std::fmt;

/// Reads a file named in the scenario.
pub type ReadFile<'a> = dyn Fn(&Located<String>) -> Result<Vec<u8>, Problem> + 'a;

/// What compiling a journey needs from the scenario around it.
#[derive(Clone, Copy)]
pub struct CompileContext<'a> {
    /// The scenario's variables.
    pub vars: &'a [(String, String)],
    /// Reads a file, its path from the folder of the file that names it.
    pub read: &'a ReadFile<'a>,
    /// How long an answer may take where the step does not say.
    pub timeout: Span,
    /// Headers of every request.
    pub headers: &'a Pairs<Located<String>>,
    /// The `Host` header.
    pub host: &'a str,
    /// A prefix of every path, without a slash at its end.
    pub prefix: &'a str,
}

impl fmt::Debug for CompileContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompileContext({} vars, {})", self.vars.len(), self.host)
    }
}
