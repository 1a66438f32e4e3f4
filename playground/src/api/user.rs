//! Who asks.

/// A user as the authorizer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name, such as `admin` or `system:serviceaccount:shop:small`.
    pub name: String,
    /// Its groups.
    pub groups: Vec<String>,
}

impl User {
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
