//! Starting and stopping.

use crate::api::{Authority, NoAgent, NodeAgent, Server, ServerError};
use crate::bootstrap::{bootstrap, publish};
use crate::cluster::Cluster;
use crate::controllers::{self, Controllers};
use crate::home::Home;
use crate::identity::{Identity, Tokens};
use crate::kubeconfig;
use crate::node::{self, NodeError, NodeOptions, Nodes};
use crate::service::{self, Services};
use crate::status::ApiError;
use crate::store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Who makes the cluster what its objects wish for.
#[derive(Clone, Default)]
pub enum Upkeep {
    /// Controllers, nodes that run Pods as processes, and proxies of Services: all that a cluster is.
    Whole(NodeOptions),
    /// The controllers alone: Pods are made, and stay Pending.
    #[default]
    Controllers,
    /// Nobody: objects stay as clients write them, for tests of the API alone.
    Nobody,
}

/// How to start.
#[derive(Clone)]
pub struct Options {
    /// How many bytes of encoded changes each resource keeps for watchers that come late or are slow. In memory
    /// they take about ten times as much.
    pub history: usize,
    /// Who makes the cluster what its objects wish for.
    pub upkeep: Upkeep,
}

impl Default for Options {
    fn default() -> Options {
        Options { history: 2 * 1024 * 1024, upkeep: Upkeep::default() }
    }
}

/// Why a playground could not start.
#[derive(Debug, thiserror::Error)]
pub enum PlaygroundError {
    /// The API server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The playground's folder.
    #[error("cannot make the playground's folder: {0}; set TMPDIR to a folder that can be written")]
    Folder(#[from] std::io::Error),
    /// The objects that a new cluster holds.
    #[error("cannot fill the new cluster: {0}")]
    Bootstrap(#[from] ApiError),
    /// The nodes.
    #[error(transparent)]
    Nodes(#[from] NodeError),
}

/// A running playground. Dropping it ends the server and its connections, every process of every Pod, and removes
/// its folders.
#[derive(Debug)]
pub struct Playground {
    cluster: Cluster,
    _controllers: Option<Controllers>,
    _services: Option<Services>,
    _nodes: Option<Nodes>,
    server: Server,
    kubeconfig: String,
    path: PathBuf,
    home: Home,
}

impl Playground {
    /// Starts the API server and whoever keeps the cluster up. Needs a tokio runtime.
    pub async fn start(options: Options) -> Result<Playground, PlaygroundError> {
        let authority = Authority::new().map_err(ServerError::Certificate)?;
        let tokens = Arc::new(Tokens::new());
        let identity =
            Identity { authority_pem: authority.certificate_pem().to_owned(), tokens: Arc::clone(&tokens) };
        let cluster = Cluster::with_identity(Store::new(options.history), identity);
        bootstrap(&cluster)?;
        let home = Home::create()?;
        let (controllers, nodes) = match options.upkeep {
            Upkeep::Nobody => (None, None),
            Upkeep::Controllers => (Some(controllers::start(&cluster)), None),
            Upkeep::Whole(nodes) => {
                (Some(controllers::start(&cluster)), Some(node::start(&cluster, &home, nodes)?))
            }
        };
        let services = nodes.as_ref().map(|_| service::start(&cluster));
        let agent = nodes.as_ref().map_or_else(|| Arc::new(NoAgent) as Arc<dyn NodeAgent>, Nodes::agent);
        let server = Server::start(cluster.clone(), Arc::clone(&tokens), &authority, agent).await?;
        publish(&cluster, server.address())?;
        let config = kubeconfig::kubeconfig(server.address(), authority.certificate_pem(), tokens.admin());
        let kubeconfig = format!("{config:#}\n");
        let path = home.path().join("kubeconfig");
        kubeconfig::write(&path, &kubeconfig)?;
        Ok(Playground {
            cluster,
            _controllers: controllers,
            _services: services,
            _nodes: nodes,
            server,
            kubeconfig,
            path,
            home,
        })
    }

    /// The cluster from within: for controllers, schedulers and kubelets.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The kubeconfig of the administrator.
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// The file that holds it, readable by this user alone, gone when the playground is.
    pub fn kubeconfig_path(&self) -> &Path {
        &self.path
    }

    /// The folder of the playground: its kubeconfig, and what its Pods write.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// The same folder, for who wants to see to it that it is removed last: it is there while a clone of this is.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Where the API server listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }

    /// Ends it: the port is closed and the folder removed when this returns.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
