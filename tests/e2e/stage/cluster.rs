//! The namespace of one story.

use super::world::{Company, World};
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::api::{DeleteParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Config};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::time::Duration;

/// No story waits longer for anything.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A cluster and a namespace in it.
pub struct Stage {
    pub client: Client,
    pub namespace: String,
    pub world: World,
}

impl Stage {
    /// For a story that keeps to its namespace.
    pub async fn new(story: &str) -> Stage {
        Stage::with(story, Company::Welcome).await
    }

    /// For a story that touches nodes.
    pub async fn alone(story: &str) -> Stage {
        Stage::with(story, Company::Unwelcome).await
    }

    async fn with(story: &str, company: Company) -> Stage {
        let world = World::new(company).await;
        let client = Stage::connect(&world, None).await;
        let namespace = format!("e2e-{story}-{}", std::process::id());
        let stage = Stage { client, namespace, world };
        let labels = json!({"shakedown.dev/allow": "true"});
        let namespace = object(&json!({"metadata": {"name": stage.namespace, "labels": labels}}));
        Api::<Namespace>::all(stage.client.clone()).create(&PostParams::default(), &namespace).await.unwrap();
        // Pods are refused until their account is there.
        stage
            .until("the default account", async || {
                stage.api::<ServiceAccount>().get_opt("default").await.unwrap()
            })
            .await;
        stage
    }

    /// Another client, with another token.
    pub async fn client_of(&self, token: &str) -> Client {
        Stage::connect(&self.world, Some(token)).await
    }

    async fn connect(world: &World, token: Option<&str>) -> Client {
        let mut file = Kubeconfig::read_from(world.kubeconfig()).unwrap();
        for user in file.auth_infos.iter_mut().filter(|_| token.is_some()) {
            let token = token.map(|token| token.to_owned().into());
            user.auth_info = Some(kube::config::AuthInfo { token, ..Default::default() });
        }
        let mut config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
        // What is refused is to be seen, not to be asked again.
        config.default_retry = false;
        Client::try_from(config).unwrap()
    }

    /// Objects of one kind in the namespace.
    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub async fn create<K>(&self, value: &Value) -> K
    where
        K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + serde::Serialize + DeserializeOwned,
    {
        self.api::<K>().create(&PostParams::default(), &object(value)).await.unwrap()
    }

    /// Looks until there is something; for what no timeline tells.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let search = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
    }

    /// Removes the namespace; a story that fails leaves it, to be looked at, on a cluster that stays.
    pub async fn end(self) {
        let namespaces = Api::<Namespace>::all(self.client.clone());
        namespaces.delete(&self.namespace, &DeleteParams::default()).await.unwrap();
        self.until("the namespace is gone", async || {
            namespaces.get_opt(&self.namespace).await.unwrap().is_none().then_some(())
        })
        .await;
    }
}

/// An object as JSON, checked against its kind.
pub fn object<K: DeserializeOwned>(value: &Value) -> K {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value:#}"))
}
