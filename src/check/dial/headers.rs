//! Headers of a request that a check sends by itself.

use super::Site;
use crate::check::shell;
use crate::journey::{CompileContext, Encode, Pairs, Scope, Template, Values};
use crate::source::{Located, Problem};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers of a request.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(HeaderName, Template)>);

impl Headers {
    /// Reads the check's own headers, after those that every request to the target has.
    pub fn compile(
        written: &Pairs<Located<String>>,
        site: &Site,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Headers {
        let scope = Scope::new(cx.vars, &[]);
        let shared = cx.headers.iter().filter(|_| site.is_target);
        let mut headers = Vec::new();
        for (name, value) in shared.chain(written) {
            match HeaderName::from_bytes(name.as_bytes()) {
                Ok(header) => {
                    headers.retain(|(known, _)| *known != header);
                    headers.push((header, Template::parse(value, &scope, Encode::Plain, problems)));
                }
                Err(_) => problems
                    .push(Problem::at(name.mark, format!("`{}` cannot be a header's name", name.value))),
            }
        }
        Headers(headers)
    }

    /// The headers of one attempt. A value that no header can hold is left out, as it would be refused anyway.
    pub fn render(&self, seed: u64) -> HeaderMap {
        let mut values = Values::new(0, seed, &[], 0);
        let mut map = HeaderMap::new();
        for (name, template) in &self.0 {
            let mut text = String::new();
            template.render(&mut values, &mut text);
            map.extend(HeaderValue::from_str(&text).ok().map(|value| (name.clone(), value)));
        }
        map
    }
}

/// Headers as they are written, with no values of the run in them.
pub fn fixed_headers(written: &Pairs<Located<String>>, problems: &mut Vec<Problem>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in written {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => drop(headers.append(name, value)),
            _ => problems.push(Problem::at(name.mark, "this cannot be a header")),
        }
    }
    headers
}

/// The headers as options of a command, each after a space; curl, websocat and grpcurl take the same.
pub fn options(headers: &HeaderMap) -> String {
    headers.iter().flat_map(|(name, value)| [" ".to_owned(), shell::header(name, value)]).collect()
}
