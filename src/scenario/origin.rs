//! Where a scenario was read from, so that another process of this program can read the same one.

use super::{Rejected, Scenario};
use crate::source::Environment;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Where a scenario was read from. It holds what may be secret, so it is shown nowhere and handed to nobody but a
/// process of our own.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Origin {
    pub(super) written: Written,
    pub(super) environment: Environment,
}

/// The place of the text.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Written {
    /// A file; a relative path counts from the current folder.
    File(PathBuf),
    /// No file.
    Text { name: String, text: String },
}

impl Default for Written {
    fn default() -> Written {
        Written::Text { name: String::new(), text: String::new() }
    }
}

impl Origin {
    /// Reads the scenario once more.
    ///
    /// # Errors
    /// All that is wrong with it, at once: it may have changed meanwhile.
    pub fn read(&self) -> Result<Scenario, Rejected> {
        match &self.written {
            Written::File(path) => Scenario::load(path, &self.environment),
            Written::Text { name, text } => Scenario::parse(name, text, &self.environment),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.written {
            Written::File(path) => write!(f, "Origin({})", path.display()),
            Written::Text { name, .. } => write!(f, "Origin({name})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_the_same_again_and_shows_no_secret() {
        let environment = Environment::from_iter([("TOKEN", "s3cret")]);
        let text =
            "scenario: x\ntarget: { http: http://127.0.0.1:1 }\nsmoke: [ http: { get: '/${env:TOKEN}' } ]\n";
        let scenario = Scenario::parse("s.yaml", text, &environment).unwrap();
        let handed = serde_json::to_string(&scenario.origin).unwrap();
        let origin: Origin = serde_json::from_str(&handed).unwrap();
        assert_eq!(origin.read().unwrap().hash, scenario.hash);
        assert!(!format!("{origin:?}").contains("s3cret"), "{origin:?}");
    }
}
