//! The name of a method as it is written in a step.

use crate::source::{Located, Mark, Problem};

/// `shop.v1.Orders/Create`, and where its parts stand.
#[derive(Debug, Clone)]
pub(super) struct MethodName {
    /// The service with its package.
    pub(super) service: Located<String>,
    /// The method.
    pub(super) method: Located<String>,
}

impl MethodName {
    /// Reads the name, or says what is wrong with it.
    pub(super) fn parse(text: &Located<String>, problems: &mut Vec<Problem>) -> Option<MethodName> {
        let parts = text.split_once('/').filter(|(service, method)| {
            let identifier = |part: &str| {
                part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            };
            service.split('.').all(identifier) && identifier(method)
        });
        let Some((service, method)) = parts else {
            let problem = Problem::at(text.mark, format!("`{}` does not name a method of gRPC", text.value));
            problems
                .push(problem.help("write `package.Service/Method`, for example `shop.v1.Orders/Create`"));
            return None;
        };
        let part = |part: &str, mark: Mark| Located { value: part.to_owned(), mark };
        let after = service.len() + 1;
        Some(MethodName {
            service: part(service, text.mark.slice(0, service.len())),
            method: part(method, text.mark.slice(after, text.len())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, String), String> {
        let mut problems = Vec::new();
        let located = Located { value: text.to_owned(), mark: Mark::default() };
        let name = MethodName::parse(&located, &mut problems);
        match name {
            Some(name) => Ok((name.service.value, name.method.value)),
            None => Err(problems.remove(0).message),
        }
    }

    #[test]
    fn names_and_what_is_none() {
        assert_eq!(parse("shop.v1.Orders/Create"), Ok(("shop.v1.Orders".into(), "Create".into())));
        assert_eq!(parse("Orders/Create"), Ok(("Orders".into(), "Create".into())));
        for wrong in ["", "Orders", "/Orders/Create", "shop..Orders/Create", "a/b/c", "a/{{ x }}", "a/b?c"] {
            assert_eq!(parse(wrong), Err(format!("`{wrong}` does not name a method of gRPC")));
        }
    }
}
