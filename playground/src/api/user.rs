//! Who asks.

use crate::cluster::Cluster;
use crate::identity::{Account, Bearer};
use crate::object;
use crate::resource::by_kind;

/// A user as the authorizer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name, such as `admin` or `system:serviceaccount:shop:small`.
    pub name: String,
    /// Its groups.
    pub groups: Vec<String>,
}

impl User {
    /// The bearer of a token; `None` when the account is gone, or the Pod that the token is bound to.
    pub(super) fn of(bearer: Bearer, cluster: &Cluster) -> Option<User> {
        let Bearer::Account(Account { namespace, name, uid, pod }) = bearer else {
            return Some(User::admin());
        };
        let lives = |kind: &str, name: &str, uid: &str| {
            let found = by_kind("v1", kind).and_then(|kind| cluster.get(kind, &namespace, name).ok());
            found.is_some_and(|found| object::uid(&found) == uid)
        };
        let good =
            lives("ServiceAccount", &name, &uid) && pod.is_none_or(|pod| lives("Pod", &pod.name, &pod.uid));
        good.then(|| User::service_account(&namespace, &name))
    }

    /// The one whose token is in the kubeconfig: it may do everything.
    pub fn admin() -> User {
        User {
            name: "kubernetes-admin".to_owned(),
            groups: vec!["system:masters".into(), "system:authenticated".into()],
        }
    }

    /// A service account.
    pub fn service_account(namespace: &str, name: &str) -> User {
        User {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: vec![
                "system:serviceaccounts".into(),
                format!("system:serviceaccounts:{namespace}"),
                "system:authenticated".into(),
            ],
        }
    }

    /// The user of this name: a service account if it is called like one, else somebody without groups of its own.
    pub fn named(name: &str) -> User {
        let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        match account {
            Some((namespace, account)) => User::service_account(namespace, account),
            None => User { name: name.to_owned(), groups: vec!["system:authenticated".into()] },
        }
    }

    /// Whether no rule is asked for it.
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == "system:masters")
    }
}
