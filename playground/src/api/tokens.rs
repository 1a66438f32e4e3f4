//! Bearer tokens: the administrator's, and those made for service accounts.

use crate::api::User;
use crate::cluster::Cluster;
use crate::object;
use crate::resource::by_kind;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug)]
struct Account {
    namespace: String,
    name: String,
    uid: String,
    expires: Timestamp,
}

/// The tokens that are good. They live as long as the server.
#[derive(Debug)]
pub struct Tokens {
    admin: String,
    accounts: Mutex<HashMap<String, Account>>,
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

    /// Makes a token for a service account that is good until `expires`, or until the account is deleted.
    pub fn issue(&self, namespace: &str, name: &str, uid: &str, expires: Timestamp) -> String {
        let token = random();
        let account =
            Account { namespace: namespace.to_owned(), name: name.to_owned(), uid: uid.to_owned(), expires };
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|_, account| account.expires > Timestamp::now());
        accounts.insert(token.clone(), account);
        token
    }

    /// Whose token this is.
    pub fn user(&self, token: &str, cluster: &Cluster) -> Option<User> {
        if token == self.admin {
            return Some(User::admin());
        }
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.get(token).filter(|account| account.expires > Timestamp::now())?;
        let present =
            cluster.get(by_kind("v1", "ServiceAccount")?, &account.namespace, &account.name).ok()?;
        (object::uid(&present) == account.uid)
            .then(|| User::service_account(&account.namespace, &account.name))
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
