//! The connection to a cluster.

use super::credentials::Credentials;
use super::{Access, ClusterError, service_account};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// By what name the cluster goes that a Pod's own account leads to, where a kubeconfig has contexts.
const IN_CLUSTER: &str = "in-cluster";

/// How long the making of a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// A cluster, with the one namespace that may be touched. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    server: String,
    context: String,
    namespace: String,
    /// What we prove with who we are: no message may show it.
    credentials: Arc<Credentials>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cluster { client: _, server, context, namespace, credentials: _ } = self;
        write!(f, "Cluster({context} at {server}, namespace {namespace})")
    }
}

impl Cluster {
    /// Reads the kubeconfig; nothing is sent yet. Errors: there is none, or it has no such context.
    pub async fn connect(access: &Access) -> Result<Cluster, ClusterError> {
        let wrong = |why: String| ClusterError::Config { why };
        let (mut config, context) = match origin(access)? {
            Origin::Kubeconfig(file) => {
                let file = *file;
                let context = access.context.clone().or_else(|| file.current_context.clone());
                let options = KubeConfigOptions { context: context.clone(), ..KubeConfigOptions::default() };
                let config = Config::from_custom_kubeconfig(file, &options).await;
                (config.map_err(|error| wrong(error.to_string()))?, context.unwrap_or_default())
            }
            Origin::ServiceAccount(config) => (*config, IN_CLUSTER.to_owned()),
        };
        // A refusal is a result here, and a fault that is made again and again by itself is none.
        config.default_retry = false;
        config.connect_timeout = Some(CONNECT);
        let namespace = access.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let credentials = Arc::new(Credentials::of(&config));
        let client = Client::try_from(config).map_err(|error| wrong(error.to_string()))?;
        Ok(Cluster { client, server, context, namespace, credentials })
    }

    /// The same cluster, with another namespace.
    #[must_use]
    pub fn with_namespace(&self, namespace: &str) -> Cluster {
        Cluster { namespace: namespace.to_owned(), ..self.clone() }
    }

    /// kube's client. Requests that are refused are not made again.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The URL of the API server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The text without our credentials: somebody may have given them back to us.
    pub fn masked(&self, text: &str) -> String {
        self.credentials.redact(text)
    }

    /// What we prove with who we are.
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The context of the kubeconfig.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// The namespace that may be touched.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Objects of one kind in the namespace.
    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = kube::core::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Objects of one kind that are in no namespace.
    pub fn api_all<K>(&self) -> Api<K>
    where
        K: kube::Resource,
        K::DynamicType: Default,
    {
        Api::all(self.client.clone())
    }
}

/// By what a cluster is known.
enum Origin {
    Kubeconfig(Box<Kubeconfig>),
    /// In a Pod that has no kubeconfig.
    ServiceAccount(Box<Config>),
}

fn origin(access: &Access) -> Result<Origin, ClusterError> {
    let wrong = |error: kube::config::KubeconfigError| ClusterError::Config { why: error.to_string() };
    let read = match &access.kubeconfig {
        Some(path) => return Ok(Origin::Kubeconfig(Box::new(Kubeconfig::read_from(path).map_err(wrong)?))),
        None => Kubeconfig::read().map(Box::new),
    };
    match read {
        Ok(file) => Ok(Origin::Kubeconfig(file)),
        // Any other context is one of a kubeconfig.
        Err(error) if access.context.as_deref().is_some_and(|context| context != IN_CLUSTER) => {
            Err(wrong(error))
        }
        Err(error) => match service_account::config() {
            Some(config) => Ok(Origin::ServiceAccount(Box::new(config?))),
            None => Err(wrong(error)),
        },
    }
}
