//! Tokens of service accounts in volumes: written before the containers start, and anew before they expire.

use crate::identity::{Account, Bound};
use crate::node::context::Context;
use crate::node::mount::write;
use crate::object;
use crate::recorder::Tone;
use crate::resource::by_kind;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a token is good for unless the volume says.
const SECONDS: i64 = 3600;
/// No token is made for less, as on a real server.
const LEAST: i64 = 600;
/// When a token could not be written, the next try comes after this.
const PAUSE: Duration = Duration::from_secs(10);

/// Writes the token that `source` (`serviceAccountToken`) wants into `folder`. Errors in the words of `FailedMount`.
pub(super) fn place(context: &Context, folder: &Path, source: &Value) -> Result<(), String> {
    let identity =
        context.cluster.identity().ok_or("this playground has no API server to make tokens for")?;
    let pod = &context.pod;
    let (namespace, name) = (object::namespace(pod), object::text(pod, "/spec/serviceAccountName"));
    let kind = by_kind("v1", "ServiceAccount").ok_or("accounts are not served")?;
    let found = context.cluster.get(kind, namespace, name);
    let found = found.map_err(|_| format!("failed to fetch token: serviceaccounts \"{name}\" not found"))?;
    let account = Account {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        uid: object::uid(&found).to_owned(),
        pod: Some(Bound { name: object::name(pod).to_owned(), uid: object::uid(pod).to_owned() }),
    };
    let life = SignedDuration::from_secs(seconds(source));
    let expires = Timestamp::now().saturating_add(life).unwrap_or(Timestamp::MAX);
    write(folder, object::text(source, "/path"), identity.tokens.issue(account, expires).as_bytes())
}

/// Writes the tokens of the Pod's volumes anew, each time before they expire, for as long as it is let.
pub(super) async fn renew(context: &Context) -> Infallible {
    let wanted = sources(context);
    let Some(least) = wanted.iter().map(|(_, source)| seconds(source)).min() else {
        return std::future::pending().await;
    };
    let mut pause = renewal(least);
    loop {
        tokio::time::sleep(pause).await;
        let written = wanted.iter().try_for_each(|(folder, source)| place(context, folder, source));
        pause = renewal(least);
        if let Err(why) = written {
            context.event(Tone::Warning, "FailedMount", &why);
            pause = PAUSE;
        }
    }
}

/// The volumes with tokens: their folders, and what they want.
fn sources(context: &Context) -> Vec<(PathBuf, Value)> {
    let volumes = context.pod["spec"]["volumes"].as_array().into_iter().flatten();
    let all = volumes.flat_map(|volume| {
        let folder = context.own_volume(object::text(volume, "/name"));
        let sources = volume["projected"]["sources"].as_array().into_iter().flatten();
        sources.filter_map(move |one| Some((folder.clone(), one.get("serviceAccountToken")?.clone())))
    });
    all.collect()
}

fn seconds(source: &Value) -> i64 {
    source["expirationSeconds"].as_i64().unwrap_or(SECONDS).max(LEAST)
}

/// A token is renewed when a fifth of its time is left, as a kubelet does.
fn renewal(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0)) * 4 / 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_renewed_while_it_is_still_good() {
        for (wanted, life, renewed) in [
            (json!({"path": "token"}), 3600, 2880),
            (json!({"path": "token", "expirationSeconds": 1000}), 1000, 800),
            (json!({"path": "token", "expirationSeconds": 5}), 600, 480),
        ] {
            assert_eq!(seconds(&wanted), life, "{wanted}");
            assert_eq!(renewal(life), Duration::from_secs(renewed), "{wanted}");
        }
    }
}
