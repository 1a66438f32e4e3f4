//! The api's side of the wire to the store.
//!
//! It is `reqwest`: its pool of kept connections, its limits of time and its errors that tell a connection from a silence
//! are what is needed, and it is in the program anyway. The bare `hyper` client would be that pool written again.

use crate::shop::orders::{Draft, Order, OrderError, Placed, is_id};
use crate::shop::reply::json;
use bytes::Bytes;
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use serde::Deserialize;
use std::error::Error;
use std::time::Duration;
use url::Url;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long a request may take with its answer.
const ANSWER: Duration = Duration::from_secs(2);
/// How long the question for readiness may take: less than a probe waits for us.
const READY: Duration = Duration::from_millis(500);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// How often a request is sent when connections end under it.
const ATTEMPTS: u32 = 3;

/// Why an api could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nothing that a store could have.
    #[error(
        "`{written}` is no address of a store; write http://HOST:PORT. In Kubernetes a `$(STORE_SERVICE_HOST)` that stays \
         as it is means that the Service is younger than the pod: apply it first, then replace the pod"
    )]
    Address {
        /// What was written.
        written: String,
    },
    /// Nothing that a database could have. What was written is not said: it may hold a password.
    #[error("this is no address of a database: {why}; write postgres://USER@HOST:PORT/DATABASE")]
    Database {
        /// What is wrong with it.
        why: String,
    },
    /// No client.
    #[error("cannot make a client for the store: {0}")]
    Client(#[from] reqwest::Error),
}

/// Kept connections to the store.
#[derive(Debug)]
pub(super) struct StoreClient {
    http: Client,
    store: Url,
}

/// The store's list.
#[derive(Deserialize)]
struct List {
    total: usize,
    orders: Vec<Order>,
}

impl StoreClient {
    /// A client of the store at `http://HOST:PORT`; it connects when it is needed.
    pub(super) fn new(store: &str) -> Result<StoreClient, ApiError> {
        let right = |url: &Url| url.scheme() == "http" && url.path() == "/" && !store.contains('$');
        let parsed = Url::parse(store).ok().filter(right);
        let store = parsed.ok_or_else(|| ApiError::Address { written: store.to_owned() })?;
        let http = Client::builder()
            .no_proxy()
            .http1_only()
            .tls_certs_only([])
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .pool_idle_timeout(IDLE)
            .build()?;
        Ok(StoreClient { http, store })
    }

    /// Has an order stored. Sending it again is safe, as it has its id already.
    pub(super) async fn place(&self, draft: &Draft) -> Result<Placed, OrderError> {
        let body = json(draft);
        let (status, answer) = self.send(|| self.http.post(self.url("/orders")).body(body.clone())).await?;
        match status {
            StatusCode::CREATED => Ok(Placed::Created(read(&answer)?)),
            StatusCode::OK => Ok(Placed::Repeated(read(&answer)?)),
            StatusCode::CONFLICT => Err(OrderError::Conflict { id: draft.id.clone() }),
            StatusCode::INSUFFICIENT_STORAGE => Err(OrderError::Full),
            other => Err(unexpected(other, &answer)),
        }
    }

    /// One order by its id.
    pub(super) async fn get(&self, id: &str) -> Result<Option<Order>, OrderError> {
        if !is_id(id) {
            return Ok(None);
        }
        let (status, answer) = self.send(|| self.http.get(self.url(&format!("/orders/{id}")))).await?;
        match status {
            StatusCode::OK => read(&answer).map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            other => Err(unexpected(other, &answer)),
        }
    }

    /// How many orders there are, and the newest `limit` of them.
    pub(super) async fn newest(&self, limit: usize) -> Result<(usize, Vec<Order>), OrderError> {
        let path = format!("/orders?limit={limit}");
        match self.send(|| self.http.get(self.url(&path))).await? {
            (StatusCode::OK, answer) => read(&answer).map(|List { total, orders }| (total, orders)),
            (other, answer) => Err(unexpected(other, &answer)),
        }
    }

    /// Whether the store would take an order; why not, in words.
    pub(super) async fn ready(&self) -> Result<(), String> {
        let asked = self.send(|| self.http.get(self.url("/ready")).timeout(READY)).await;
        match asked.map_err(|error| error.to_string())? {
            (status, _) if status.is_success() => Ok(()),
            (status, answer) => Err(unexpected(status, &answer).to_string()),
        }
    }

    /// Sends, and sends again when the connection ends before the answer: a kept one may have died unnoticed.
    async fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<(StatusCode, Bytes), OrderError> {
        let mut broken = None;
        for _ in 0..ATTEMPTS {
            match answered(request()).await {
                Ok(answer) => return Ok(answer),
                // What is broken before may have arrived; only without it nothing can have.
                Err(error) if error.is_connect() => {
                    return Err(broken.map_or_else(|| OrderError::Away(cause(&error)), OrderError::Silent));
                }
                Err(error) if error.is_timeout() => return Err(OrderError::Silent(cause(&error))),
                Err(error) => broken = Some(cause(&error)),
            }
        }
        Err(OrderError::Silent(broken.unwrap_or_default()))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.store.as_str().trim_end_matches('/'))
    }
}

async fn answered(request: RequestBuilder) -> reqwest::Result<(StatusCode, Bytes)> {
    let response = request.send().await?;
    Ok((response.status(), response.bytes().await?))
}

fn read<T: for<'de> Deserialize<'de>>(answer: &[u8]) -> Result<T, OrderError> {
    serde_json::from_slice(answer)
        .map_err(|error| OrderError::Silent(format!("its answer is no JSON of ours: {error}")))
}

/// An answer that a store would give only when something is wrong with it.
fn unexpected(status: StatusCode, answer: &[u8]) -> OrderError {
    let text = String::from_utf8_lossy(answer);
    OrderError::Away(format!("it answers {} {}", status.as_u16(), text.chars().take(200).collect::<String>()))
}

/// The innermost cause: what the system said, without the wrapping and the address.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
#[path = "client_story.rs"]
mod story;
