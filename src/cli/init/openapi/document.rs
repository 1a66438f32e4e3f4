//! The document: JSON or YAML, of a version that is understood.

use super::part::Part;
use crate::source::{ReadError, read_text};
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

/// The largest document. That of a whole cloud has less.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Why nothing can be made of a document.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum OpenapiError {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Standard input could not be read.
    #[error("cannot read standard input: {0}")]
    Stdin(std::io::Error),
    /// Neither JSON nor YAML.
    #[error("{name} is neither JSON nor YAML: {why}")]
    Broken {
        /// Its name.
        name: String,
        /// What the parser says.
        why: String,
    },
    /// Something else.
    #[error("{0} is no OpenAPI document: it does not begin with `openapi: 3.…`")]
    Other(String),
    /// Its predecessor.
    #[error(
        "{0} is a Swagger 2.0 document, and only OpenAPI 3.0 and 3.1 are understood; convert it first, for example with \
         `npx swagger2openapi {0} -o openapi.yaml`"
    )]
    Swagger(String),
    /// A version that is not known.
    #[error("{name} is of OpenAPI {version}, and only 3.0 and 3.1 are understood")]
    Version {
        /// Its name.
        name: String,
        /// What it says.
        version: String,
    },
    /// It describes nothing.
    #[error("{0} has no `paths`, so there is nothing to ask")]
    NoPaths(String),
    /// Nothing could be made of what it describes.
    #[error("no request could be made of {name}:\n  - {}", .why.join("\n  - "))]
    Nothing {
        /// Its name.
        name: String,
        /// Why not, for each request.
        why: Vec<String>,
    },
}

/// An OpenAPI document.
#[derive(Debug)]
pub(in crate::cli) struct Document {
    /// Its name in messages.
    pub(super) name: String,
    root: Value,
}

/// What the parser of YAML says, without the excerpt that it draws.
fn first_line(said: &str) -> String {
    said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Whether a text begins as JSON does: with a map whose first key is in quotes.
fn is_json(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

impl Document {
    /// Reads a file, or standard input for `-`.
    pub(in crate::cli) fn load(path: &Path) -> Result<Document, OpenapiError> {
        let name = path.display().to_string();
        if path != Path::new("-") {
            return Document::parse(&name, &read_text(path, &name, MAX_BYTES)?);
        }
        let mut text = String::new();
        std::io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text).map_err(OpenapiError::Stdin)?;
        Document::parse("standard input", &text)
    }

    /// Reads a text.
    pub(in crate::cli) fn parse(name: &str, text: &str) -> Result<Document, OpenapiError> {
        let name = name.to_owned();
        let broken = |why: String| OpenapiError::Broken { name: name.clone(), why };
        let text = text.trim_start_matches('\u{feff}');
        let yaml =
            || serde_saphyr::from_str::<Value>(text).map_err(|error| broken(first_line(&error.to_string())));
        let root = match serde_json::from_str(text) {
            Ok(root) => root,
            // What begins as JSON does is meant to be JSON. YAML would take some of its mistakes for something else.
            Err(error) if is_json(text) => return Err(broken(error.to_string())),
            Err(_) => yaml()?,
        };
        if root.get("swagger").is_some() {
            return Err(OpenapiError::Swagger(name));
        }
        let version = match root.get("openapi") {
            Some(Value::String(version)) => version.clone(),
            // Without quotes `3.1` is a number.
            Some(Value::Number(version)) => version.to_string(),
            _ => return Err(OpenapiError::Other(name)),
        };
        if !["3.0", "3.1"].iter().any(|known| version == *known || version.starts_with(&format!("{known}.")))
        {
            return Err(OpenapiError::Version { name, version });
        }
        if root.get("paths").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty) {
            return Err(OpenapiError::NoPaths(name));
        }
        Ok(Document { name, root })
    }

    /// All of it.
    pub(super) fn root(&self) -> Part<'_> {
        Part::root(&self.root)
    }
}
