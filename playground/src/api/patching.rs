//! PATCH: which kind of patch it is, and what it makes of an object.

use crate::api::body;
use crate::api::request::Request;
use crate::api::validation::Validation;
use crate::ownership::Force;
use crate::patch;
use crate::resource::{Kind, misfit};
use crate::status::{ApiError, Cause, Details};
use serde_json::{Value, json};

/// A patch, read.
#[derive(Debug, Clone)]
pub(super) enum Patch {
    /// RFC 6902.
    Json(json_patch::Patch),
    /// RFC 7396.
    Merge(Value),
    /// With the merge keys of the built-in kinds.
    Strategic(Value),
    /// Server-side apply.
    Apply(Value, Force),
}

impl Patch {
    pub(super) fn read(request: &Request) -> Result<Patch, ApiError> {
        let media = body::media(&request.content_type);
        let body = || {
            serde_json::from_slice::<Value>(&request.body)
                .map_err(|error| ApiError::bad_request(format!("error decoding patch: {error}")))
        };
        match media {
            "application/json-patch+json" => serde_json::from_value(body()?)
                .map(Patch::Json)
                .map_err(|error| ApiError::bad_request(format!("error decoding patch: {error}"))),
            "application/merge-patch+json" => body().map(Patch::Merge),
            "application/strategic-merge-patch+json" => body().map(Patch::Strategic),
            "application/apply-patch+yaml" | "application/apply-patch+json" => {
                if request.query.text("fieldManager").is_empty() {
                    let cause = Cause::required("fieldManager", "is required for apply patch");
                    return Err(ApiError::invalid("meta.k8s.io", "PatchOptions", "", vec![cause]));
                }
                let object = body::yaml(&request.body)
                    .map_err(|error| ApiError::bad_request(format!("error decoding YAML: {error}")))?;
                let force = if request.query.flag("force") { Force::Take } else { Force::Refuse };
                Ok(Patch::Apply(object, force))
            }
            _ => {
                let message = "415: Unsupported Media Type";
                Err(ApiError::new(415, "UnsupportedMediaType", message, Details::default()))
            }
        }
    }

    /// Makes of `object` what the patch wants. Returns what to warn the client of.
    pub(super) fn apply(
        &self,
        kind: &Kind,
        object: &mut Value,
        validation: Validation,
    ) -> Result<Vec<String>, ApiError> {
        match self {
            Patch::Json(patch) => json_patch::patch(object, patch).map_err(|_| {
                let message = "the server rejected our request due to an error in our request";
                ApiError::new(422, "Invalid", message, Details::default())
            })?,
            Patch::Merge(patch) => patch::merge(object, patch),
            Patch::Strategic(patch) | Patch::Apply(patch, _) => {
                patch::strategic(object, patch).map_err(|error| ApiError::bad_request(error.to_string()))?;
            }
        }
        let scale = object["kind"] == "Scale";
        let mistake = match misfit(if scale { "Scale" } else { kind.kind }, object) {
            Some(misfit) => misfit.to_string(),
            None if scale => return Ok(Vec::new()),
            None => match validation.check(kind, object) {
                Ok(warnings) => return Ok(warnings),
                Err(mistake) => mistake,
            },
        };
        let cause = Cause::invalid("patch", &json!(object.to_string()), &mistake);
        // The words of the real server, with its empty kind and name.
        Err(ApiError::invalid("", "", "", vec![cause]))
    }
}
