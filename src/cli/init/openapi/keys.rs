//! Who sends a request: credentials from the environment.

use super::operation::Operation;
use super::parameters::fits;
use super::part::Part;
use super::template::name;
use crate::cli::yaml::quoted;
use std::collections::BTreeMap;

/// What a step has to have so that it may be sent.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    /// The `auth` of the step.
    pub(super) auth: Option<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<String>,
}

/// The schemes of a document, and the variables that were needed.
#[derive(Debug)]
pub(super) struct Keys<'d> {
    root: Part<'d>,
    schemes: Vec<(&'d str, Part<'d>)>,
    /// Variables of the environment by the names of the scenario.
    pub(super) variables: BTreeMap<String, String>,
}

impl<'d> Keys<'d> {
    pub(super) fn new(root: &Part<'d>) -> Keys<'d> {
        let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
        let schemes = schemes.map(|schemes| schemes.entries()).unwrap_or_default();
        Keys { root: root.clone(), schemes, variables: BTreeMap::new() }
    }

    /// What a request has to have: by the first way in that is understood. Errors: there is none, in words.
    pub(super) fn of(&mut self, operation: &Operation<'d>) -> Result<Credentials, String> {
        let ways = operation.security(&self.root).map(|list| list.items()).unwrap_or_default();
        let mut why = None;
        for way in &ways {
            let before = self.variables.clone();
            match self.by(way) {
                Ok(credentials) => return Ok(credentials),
                Err(wrong) => {
                    self.variables = before;
                    why.get_or_insert(wrong);
                }
            }
        }
        why.map_or(Ok(Credentials::default()), Err)
    }

    /// All schemes of one way.
    fn by(&mut self, way: &Part<'d>) -> Result<Credentials, String> {
        let mut all = Credentials::default();
        for scheme in way.value.as_object().into_iter().flat_map(|map| map.keys()) {
            let found = self.schemes.iter().find(|(known, _)| known == scheme).map(|(_, part)| part.clone());
            let part = found.ok_or_else(|| format!("its security scheme `{scheme}` is not described"))?;
            self.add(scheme, &part, &mut all)?;
        }
        Ok(all)
    }

    fn add(&mut self, scheme: &str, part: &Part<'d>, all: &mut Credentials) -> Result<(), String> {
        let kind = part.text("type").unwrap_or_default();
        let http = part.text("scheme").unwrap_or_default().to_ascii_lowercase();
        match (kind, http.as_str()) {
            ("http", "bearer") | ("oauth2" | "openIdConnect", _) => {
                all.auth = Some(format!("auth: {{ bearer: {} }}", self.variable(scheme, "token")));
            }
            ("http", "basic") => {
                let (user, password) = (self.variable(scheme, "user"), self.variable(scheme, "password"));
                all.auth = Some(format!("auth: {{ basic: {{ user: {user}, password: {password} }} }}"));
            }
            ("apiKey", _) => {
                let key = part.text("name").unwrap_or_default();
                let value = self.reference(scheme, "key");
                match part.text("in") {
                    Some("query") => all.query.push((key.to_owned(), value)),
                    Some("header") if fits(key, "") => all.headers.push((key.to_owned(), value)),
                    Some("cookie") if fits(key, "") => all.cookies.push(format!("{key}={value}")),
                    _ => return Err(format!("its security scheme `{scheme}` puts its key nowhere")),
                }
            }
            _ => {
                let kind = format!("{kind} {http}");
                return Err(format!(
                    "its security scheme `{scheme}` ({}) is not understood",
                    kind.trim_end()
                ));
            }
        }
        Ok(())
    }

    fn variable(&mut self, scheme: &str, what: &str) -> String {
        quoted(&self.reference(scheme, what))
    }

    /// A variable of the scenario as a template.
    fn reference(&mut self, scheme: &str, what: &str) -> String {
        let own = format!("{}_{what}", name(scheme));
        let own = own.replace("key_key", "key").replace("token_token", "token");
        self.variables.insert(own.clone(), own.to_ascii_uppercase());
        format!("{{{{ {own} }}}}")
    }
}
