//! One request that the document describes.

use super::media::json_of;
use super::part::Part;
use crate::cli::init::text::short;
use std::fmt;

/// The methods of which steps are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const ALL: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

    /// Its key in documents and scenarios.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
            Method::Put => "put",
            Method::Patch => "patch",
            Method::Delete => "delete",
        }
    }

    /// Whether it changes nothing.
    pub(super) fn is_harmless(self) -> bool {
        self == Method::Get
    }
}

/// One request that the document describes.
#[derive(Debug, Clone)]
pub(super) struct Operation<'d> {
    pub(super) method: Method,
    pub(super) path: &'d str,
    pub(super) part: Part<'d>,
    /// What all requests of the path have in common.
    shared: Part<'d>,
}

/// `POST /orders (#/paths/~1orders/post)`.
impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.method.key().to_uppercase(), short(self.path), short(&self.part.place))
    }
}

/// All that are to be asked; what is left out goes to `notes`.
pub(super) fn operations<'d>(root: &Part<'d>, notes: &mut Vec<String>) -> Vec<Operation<'d>> {
    let mut all = Vec::new();
    for (path, shared) in root.get("paths").map(|paths| paths.entries()).unwrap_or_default() {
        if !path.starts_with('/') {
            // `x-…` is an extension.
            let is_wrong = !path.starts_with("x-");
            notes.extend(is_wrong.then(|| format!("{}: a path begins with a slash", short(path))));
            continue;
        }
        let own =
            shared.get("servers").map(|_| format!("`servers` of {}: nothing was made of them", short(path)));
        notes.extend(own);
        for key in ["head", "options", "trace"] {
            let there = shared.get(key).is_some();
            notes.extend(
                there.then(|| format!("{} {}: nothing was made of it", key.to_uppercase(), short(path))),
            );
        }
        for method in Method::ALL {
            let Some(part) = shared.get(method.key()) else { continue };
            let operation = Operation { method, path, part, shared: shared.clone() };
            for key in ["callbacks", "servers"] {
                let there = operation.part.get(key).is_some();
                notes.extend(there.then(|| format!("`{key}` of {operation}: nothing was made of them")));
            }
            if operation.part.says("deprecated") {
                notes.push(format!("{operation}: it is deprecated"));
            } else {
                all.push(operation);
            }
        }
    }
    all
}

impl<'d> Operation<'d> {
    /// What it is for, in a few words of the document.
    pub(super) fn title(&self) -> Option<String> {
        let title = self.part.text("summary").or_else(|| self.part.text("operationId")).map(short);
        title.filter(|title| !title.is_empty())
    }

    /// Its parameters, and those of the path that it does not have itself.
    pub(super) fn parameters(&self) -> Vec<Part<'d>> {
        let of = |part: &Part<'d>| part.get("parameters").map(|list| list.items()).unwrap_or_default();
        let mut all = of(&self.part);
        for shared in of(&self.shared) {
            let same = |own: &Part<'_>| ["name", "in"].iter().all(|key| own.text(key) == shared.text(key));
            if !all.iter().any(same) {
                all.push(shared);
            }
        }
        all
    }

    /// The statuses of success that it documents, as scenarios write them; none where it does not say.
    pub(super) fn statuses(&self) -> Vec<String> {
        let all = || self.part.get("responses").map(|all| all.entries()).unwrap_or_default();
        let of = |hundred: char| -> Vec<String> {
            let is_one = |status: &str| {
                let rest = status.strip_prefix(hundred).unwrap_or_default();
                rest.eq_ignore_ascii_case("xx")
                    || (rest.len() == 2 && rest.bytes().all(|c| c.is_ascii_digit()))
            };
            all()
                .iter()
                .filter(|(status, _)| is_one(status))
                .map(|(status, _)| status.to_lowercase())
                .collect()
        };
        let good = of('2');
        if good.is_empty() { of('3') } else { good }
    }

    /// The answers of success.
    pub(super) fn answers(&self) -> Vec<Part<'d>> {
        let all = self.part.get("responses").map(|all| all.entries()).unwrap_or_default();
        let good = |(status, _): &(&str, Part<'_>)| status.starts_with('2') || *status == "default";
        all.into_iter().filter(good).map(|(_, answer)| answer).collect()
    }

    /// What an answer of success looks like in JSON.
    pub(super) fn answer(&self) -> Option<Part<'d>> {
        self.answers().iter().find_map(json_of)
    }

    /// Who may send it: its own list, or that of the document.
    pub(super) fn security(&self, root: &Part<'d>) -> Option<Part<'d>> {
        self.part.get("security").or_else(|| root.get("security"))
    }
}
