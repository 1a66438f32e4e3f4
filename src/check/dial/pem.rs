//! A file of certificates that a check names.

use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use crate::transport::Pem;

/// Reads it, where one is named.
pub fn pem(written: Option<&Located<String>>, cx: &CompileContext<'_>) -> Result<Option<Pem>, Problem> {
    let read = |named: &Located<String>| Ok(Pem { name: named.value.clone(), content: (cx.read)(named)? });
    written.map(read).transpose()
}
