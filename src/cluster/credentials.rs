//! What we prove with who we are: no message may show it, not even one of a server that gives back what it was told.

use crate::source::Secrets;
use kube::Config;
use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A token file is looked at again after so long: kube itself takes a new token within a minute.
const AGAIN: Duration = Duration::from_secs(30);
/// So many tokens of a file are known at most. A token lives for ten minutes or longer, so all but two are long out of use.
const KEPT: usize = 4;

/// The credentials of a cluster.
pub(super) struct Credentials {
    written: Secrets,
    file: Option<TokenFile>,
}

/// A token that is replaced now and then, such as that of a service account in a Pod.
struct TokenFile {
    path: PathBuf,
    seen: Mutex<Seen>,
}

/// The tokens that stood in the file, the newest last, and when it was read.
#[derive(Default)]
struct Seen {
    tokens: VecDeque<String>,
    read: Option<Instant>,
}

impl Credentials {
    /// The token and the password of a kubeconfig, and the token in a file that it or a Pod's service account names.
    pub(super) fn of(config: &Config) -> Credentials {
        let mut written = Secrets::default();
        // They are no plain texts; serialised they are.
        let account = serde_json::to_value(&config.auth_info).unwrap_or_default();
        let texts = ["token", "password", "client-key-data"].iter().filter_map(|key| account[*key].as_str());
        texts.for_each(|secret| written.hide(secret));
        let path = config.auth_info.token_file.as_ref().map(PathBuf::from);
        let file = path.map(|path| TokenFile { path, seen: Mutex::default() });
        let credentials = Credentials { written, file };
        credentials.renew();
        credentials
    }

    /// Looks whether there is a new token, unless that was done a moment ago. To be called before each request, so that no
    /// token is ever in use that is not known here.
    pub(super) fn renew(&self) {
        if let Some(file) = &self.file {
            file.look(AGAIN);
        }
    }

    /// The text without them.
    pub(super) fn redact(&self, text: &str) -> String {
        let text = self.written.redact(text);
        let Some(file) = &self.file else { return text };
        let mut secrets = Secrets::default();
        file.look(Duration::ZERO).iter().for_each(|token| secrets.hide(token));
        secrets.redact(&text)
    }
}

impl TokenFile {
    /// The tokens that are known, after a look into the file where the last one is so long ago.
    fn look(&self, again: Duration) -> VecDeque<String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.read.is_none_or(|read| read.elapsed() >= again) {
            seen.read = Some(Instant::now());
            // One that is not there for a moment changes nothing: what was read before is still in use.
            let token = fs::read_to_string(&self.path).unwrap_or_default();
            seen.take(token.trim());
        }
        seen.tokens.clone()
    }
}

impl Seen {
    fn take(&mut self, token: &str) {
        if token.is_empty() || self.tokens.back().is_some_and(|newest| newest == token) {
            return;
        }
        self.tokens.push_back(token.to_owned());
        if self.tokens.len() > KEPT {
            self.tokens.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_replaced_is_masked_as_the_new_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let mut config = Config::new("https://127.0.0.1:1".parse().unwrap());
        config.auth_info.token_file = Some(path.display().to_string());
        fs::write(&path, "eyJ-1st.token\n").unwrap();
        let credentials = Credentials::of(&config);
        for (written, text, shown) in [
            (None, "Bearer eyJ-1st.token refused", "Bearer *** refused"),
            (Some("eyJ-2nd.token"), "eyJ-1st.token, eyJ-2nd.token", "***, ***"),
            // While it is being replaced.
            (Some(""), "eyJ-2nd.token and eyJ-3rd.token", "*** and eyJ-3rd.token"),
            (Some("eyJ-3rd.token"), "eyJ-1st.token eyJ-2nd.token eyJ-3rd.token", "*** *** ***"),
        ] {
            if let Some(written) = written {
                fs::write(&path, written).unwrap();
            }
            assert_eq!(credentials.redact(text), shown, "{written:?}");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(credentials.redact("eyJ-3rd.token"), "***", "kube goes on with it, too");
        for n in 0..100 {
            fs::write(&path, format!("eyJ-{n}.many")).unwrap();
            credentials.redact("");
        }
        assert_eq!(credentials.redact("eyJ-98.many eyJ-99.many"), "*** ***");
        assert_eq!(credentials.file.unwrap().seen.into_inner().unwrap().tokens.len(), KEPT);
    }
}
