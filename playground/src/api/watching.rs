//! Watches: one JSON event a line, as long as the client wants.

use crate::api::answer::{self, Answer};
use crate::api::negotiate::{View, view};
use crate::api::read;
use crate::api::request::Request;
use crate::api::route::Target;
use crate::api::table;
use crate::cluster::{Cluster, Selected, Sight};
use crate::resource::Kind;
use crate::status::ApiError;
use crate::store::From;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a watch stays open unless the client says.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(30);
/// After so long without an event a client that wants bookmarks gets one.
const BOOKMARK_EVERY: Duration = Duration::from_secs(5);
/// Events that are ready are sent together up to this size.
const PIECE: usize = 64 * 1024;

/// What is left to send on one watch.
struct Sender {
    selected: Selected,
    kind: &'static Kind,
    view: View,
    deadline: Instant,
    bookmarks: Bookmarks,
    /// The version of the last bookmark, so that none comes twice.
    marked: u64,
    state: State,
}

#[derive(PartialEq, Eq)]
enum Bookmarks {
    Unwanted,
    Wanted,
    /// And one is due when the objects of the start have been sent.
    DueAfterStart,
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    Over,
}

/// GET with `watch=true`.
pub(super) fn watch(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let query = &request.query;
    let selector = read::selector(target.kind, query)?.with_name(target.name.as_deref());
    let version = query.text("resourceVersion");
    let initial = query.flag("sendInitialEvents");
    let from = match version {
        "" | "0" => From::Present,
        _ if initial => From::Present,
        _ => From::After(version.parse().map_err(|_| {
            ApiError::bad_request(format!("invalid resource version \"{version}\": it must be a number"))
        })?),
    };
    let bookmarks = match (query.flag("allowWatchBookmarks"), initial) {
        (true, true) => Bookmarks::DueAfterStart,
        (true, false) => Bookmarks::Wanted,
        (false, _) => Bookmarks::Unwanted,
    };
    let timeout = query.number("timeoutSeconds").map_or(DEFAULT_TIMEOUT, Duration::from_secs);
    let selected = match cluster.watch(target.kind, target.namespace.as_deref(), selector, from) {
        Ok(selected) => selected,
        Err(expired) => {
            return Ok(answer::stream("application/json", stream::iter([gone(&expired.to_string())])));
        }
    };
    let sender = Sender {
        selected,
        kind: target.kind,
        view: view(&request.accept),
        deadline: Instant::now() + timeout,
        bookmarks,
        marked: 0,
        state: State::Open,
    };
    let pieces =
        stream::unfold(sender, |mut sender| async move { sender.piece().await.map(|piece| (piece, sender)) });
    Ok(answer::stream("application/json", pieces))
}

impl Sender {
    /// The next piece to send; `None` at the end.
    async fn piece(&mut self) -> Option<Bytes> {
        if self.state == State::Over {
            return None;
        }
        let mut piece = BytesMut::new();
        loop {
            match self.selected.try_next() {
                Ok(Some(sight)) => self.write(&mut piece, &sight),
                Ok(None) if piece.is_empty() => match self.wait().await {
                    Wait::Event(sight) => self.write(&mut piece, &sight),
                    Wait::Bookmark(bookmark) => return Some(bookmark),
                    Wait::Expired(error) => piece.extend_from_slice(&error),
                    Wait::Over => return None,
                },
                Ok(None) => return Some(piece.freeze()),
                Err(expired) => {
                    self.state = State::Over;
                    piece.extend_from_slice(&gone(&expired.to_string()));
                    return Some(piece.freeze());
                }
            }
            if piece.len() >= PIECE {
                return Some(piece.freeze());
            }
        }
    }

    async fn wait(&mut self) -> Wait {
        if self.bookmarks == Bookmarks::DueAfterStart && self.selected.is_synced() {
            self.bookmarks = Bookmarks::Wanted;
            let mut bookmark = self.bookmark();
            bookmark["object"]["metadata"]["annotations"] = json!({"k8s.io/initial-events-end": "true"});
            return Wait::Bookmark(line(&bookmark));
        }
        loop {
            let soon = (Instant::now() + BOOKMARK_EVERY).min(self.deadline);
            match timeout_at(soon, self.selected.next()).await {
                Ok(Ok(sight)) => return Wait::Event(sight),
                Ok(Err(expired)) => {
                    self.state = State::Over;
                    return Wait::Expired(gone(&expired.to_string()));
                }
                Err(_) => {
                    let over = Instant::now() >= self.deadline;
                    if over {
                        self.state = State::Over;
                    }
                    let news = self.selected.position().is_some_and(|position| position > self.marked);
                    if self.bookmarks == Bookmarks::Wanted && news {
                        return Wait::Bookmark(line(&self.bookmark()));
                    }
                    if over {
                        return Wait::Over;
                    }
                }
            }
        }
    }

    fn bookmark(&mut self) -> Value {
        self.marked = self.selected.position().unwrap_or(self.marked);
        let object = json!({
            "kind": self.kind.kind, "apiVersion": self.kind.api_version(),
            "metadata": {"resourceVersion": self.marked.to_string()},
        });
        json!({"type": "BOOKMARK", "object": skeleton(self.kind, object)})
    }

    fn write(&self, piece: &mut BytesMut, sight: &Sight) {
        let kind = sight.kind.as_str();
        match self.view {
            View::Plain => {
                piece.reserve(sight.change.encoded.len() + 40);
                piece.put_slice(b"{\"type\":\"");
                piece.put_slice(kind.as_bytes());
                piece.put_slice(b"\",\"object\":");
                piece.put_slice(&sight.change.encoded);
                piece.put_slice(b"}\n");
            }
            View::Table => {
                let table = table::of_one(self.kind, &sight.change.object);
                piece.put_slice(&line(&json!({"type": kind, "object": table})));
            }
            View::Metadata => {
                let object = read::partial(&sight.change.object);
                piece.put_slice(&line(&json!({"type": kind, "object": object})));
            }
        }
    }
}

enum Wait {
    Event(Sight),
    Bookmark(Bytes),
    Expired(Bytes),
    Over,
}

fn line(event: &Value) -> Bytes {
    Bytes::from(format!("{event}\n"))
}

fn gone(message: &str) -> Bytes {
    line(&json!({"type": "ERROR", "object": ApiError::expired(message).to_json()}))
}

/// The empty fields that the real server writes into a bookmark, without which typed clients cannot read it.
fn skeleton(kind: &Kind, mut object: Value) -> Value {
    let template = || json!({"metadata": {}, "spec": {"containers": null}});
    match kind.kind {
        "Pod" => {
            object["spec"] = json!({"containers": null});
            object["status"] = json!({});
        }
        "Service" => {
            object["spec"] = json!({});
            object["status"] = json!({"loadBalancer": {}});
        }
        "EndpointSlice" => {
            object["addressType"] = json!("");
            object["endpoints"] = Value::Null;
            object["ports"] = Value::Null;
        }
        "Deployment" => {
            object["spec"] = json!({"replicas": 0, "selector": null, "template": template(), "strategy": {}});
            object["status"] = json!({});
        }
        "ReplicaSet" | "StatefulSet" => {
            object["spec"] = json!({"replicas": 0, "selector": null, "template": template()});
            object["status"] = json!({"replicas": 0});
        }
        "Job" => {
            object["spec"] = json!({"template": template()});
            object["status"] = json!({});
        }
        _ => {}
    }
    object
}
