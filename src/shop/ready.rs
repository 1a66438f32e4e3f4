//! The question of a health check.

use reqwest::{Client, StatusCode};
use std::time::Duration;

/// Longer than a program that is well takes for any answer.
const LIMIT: Duration = Duration::from_secs(2);

/// Why a program does not count as ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// It did not answer.
    #[error("no answer: {0}")]
    Silent(#[from] reqwest::Error),
    /// It says so itself.
    #[error("it answers {0} and says: {1}")]
    Told(StatusCode, String),
}

/// Asks the program at `http://HOST:PORT` whether it would take an order. Errors: it would not.
pub async fn is_ready(url: &str) -> Result<(), NotReady> {
    let client = Client::builder().timeout(LIMIT).no_proxy().build()?;
    let answer = client.get(format!("{}/ready", url.trim_end_matches('/'))).send().await?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(NotReady::Told(status, answer.text().await?)),
    }
}
