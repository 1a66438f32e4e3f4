//! What compiling a journey needs from the scenario around it.

use super::Pairs;
use super::grpc::Calls;
use crate::source::{Located, Problem};
use crate::transport::{Content, Target};
use crate::units::Span;
use std::fmt;

/// Reads a file named in the scenario.
pub type ReadFile<'a> = dyn Fn(&Located<String>) -> Result<Vec<u8>, Problem> + 'a;

/// Takes a file named in the scenario as the body of requests.
pub type ReadBody<'a> = dyn Fn(&Located<String>) -> Result<Content, Problem> + 'a;

/// What compiling a journey needs from the scenario around it.
#[derive(Clone, Copy)]
pub struct CompileContext<'a> {
    /// The scenario's variables.
    pub vars: &'a [(String, String)],
    /// Reads a file, its path from the folder of the file that names it.
    pub read: &'a ReadFile<'a>,
    /// Takes a file as a body, likewise; a long one is only looked at.
    pub read_body: &'a ReadBody<'a>,
    /// How long an answer may take where the step does not say.
    pub timeout: Span,
    /// Headers of every request.
    pub headers: &'a Pairs<Located<String>>,
    /// The target of HTTP; none where the scenario names none.
    pub target: Option<&'a Target>,
    /// Whether steps may call gRPC, and where the types of its messages come from.
    pub calls: Calls<'a>,
}

impl CompileContext<'_> {
    /// The `Host` header of requests to the target.
    pub fn host(&self) -> &str {
        self.target.map_or("target.invalid", |target| target.authority.as_str())
    }

    /// Whether the target may speak HTTP/2, which names a host where HTTP/1.1 has any text.
    pub fn may_speak_http2(&self) -> bool {
        self.target.is_some_and(Target::may_speak_http2)
    }

    /// A prefix of every path of the target, without a slash at its end.
    pub fn prefix(&self) -> &str {
        self.target.map_or("", |target| target.prefix.as_str())
    }
}

impl fmt::Debug for CompileContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompileContext({} vars, {})", self.vars.len(), self.host())
    }
}
