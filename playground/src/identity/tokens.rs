//! Bearer tokens: the administrator's, and those made for service accounts.

use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// The administrator's.
    Admin,
    /// A service account's.
    Account(Account),
}

/// A service account that a token was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its identity: the token is not good for a later account of the name.
    pub uid: String,
    /// The Pod without which the token is worth nothing.
    pub pod: Option<Bound>,
}

/// The Pod that a token is bound to, in the account's namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
}

/// The tokens that have not expired. They live as long as this.
#[derive(Debug)]
pub struct Tokens {
    admin: String,
    accounts: Mutex<HashMap<String, (Account, Timestamp)>>,
}

impl Tokens {
    /// With a fresh token for the administrator.
    pub fn new() -> Tokens {
        Tokens { admin: random(), accounts: Mutex::default() }
    }

    /// The administrator's token.
    pub fn admin(&self) -> &str {
        &self.admin
    }

    /// Makes a token for a service account that is good until `expires`, or until the account, or the Pod it is
    /// bound to, is gone.
    pub fn issue(&self, account: Account, expires: Timestamp) -> String {
        let token = random();
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::now();
        accounts.retain(|_, (_, expires)| *expires > now);
        accounts.insert(token.clone(), (account, expires));
        token
    }

    /// Whose token this is, if it has not expired. Whether account and Pod still are is not looked at.
    pub fn bearer(&self, token: &str) -> Option<Bearer> {
        if token == self.admin {
            return Some(Bearer::Admin);
        }
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let (account, expires) = accounts.get(token)?;
        (*expires > Timestamp::now()).then(|| Bearer::Account(account.clone()))
    }
}

impl Default for Tokens {
    fn default() -> Tokens {
        Tokens::new()
    }
}

/// 244 random bits from the system's generator.
fn random() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_token_is_its_bearers_until_it_expires() {
        let tokens = Tokens::new();
        let account = |name: &str| Account {
            namespace: "n".to_owned(),
            name: name.to_owned(),
            uid: "1".to_owned(),
            pod: None,
        };
        let now = Timestamp::now();
        let good = tokens.issue(account("a"), now + SignedDuration::from_hours(1));
        let old = tokens.issue(account("b"), now - SignedDuration::from_secs(1));
        assert_eq!(tokens.bearer(tokens.admin()), Some(Bearer::Admin));
        assert_eq!(tokens.bearer(&good), Some(Bearer::Account(account("a"))));
        assert_eq!(tokens.bearer(&old), None);
        assert_eq!(tokens.bearer("nobody's"), None);
    }
}
