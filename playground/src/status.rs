//! What the server answers when it does not do what was asked: a `Status` object with a code and a reason.

use serde_json::{Map, Value, json};

/// One thing that is wrong with a field of an object (`details.causes` of a `Status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Why, as one word: `FieldValueInvalid`, `FieldValueRequired`, `DisruptionBudget`…
    pub reason: &'static str,
    /// The sentence for people.
    pub message: String,
    /// The path of the field, such as `spec.containers[0].name`; empty when it is about no field.
    pub field: String,
}

impl Cause {
    /// A field that must be set; `why` is added after "Required value" unless empty.
    pub fn required(field: impl Into<String>, why: &str) -> Cause {
        let message =
            if why.is_empty() { "Required value".to_owned() } else { format!("Required value: {why}") };
        Cause { reason: "FieldValueRequired", message, field: field.into() }
    }

    /// A field whose value cannot be; `value` is shown as JSON.
    pub fn invalid(field: impl Into<String>, value: &Value, why: &str) -> Cause {
        Cause {
            reason: "FieldValueInvalid",
            message: format!("Invalid value: {value}: {why}"),
            field: field.into(),
        }
    }

    /// A field that may not be set, or not be changed.
    pub fn forbidden(field: impl Into<String>, why: &str) -> Cause {
        Cause { reason: "FieldValueForbidden", message: format!("Forbidden: {why}"), field: field.into() }
    }

    /// A second entry with the name of a first.
    pub fn duplicate(field: impl Into<String>, value: &Value) -> Cause {
        Cause {
            reason: "FieldValueDuplicate",
            message: format!("Duplicate value: {value}"),
            field: field.into(),
        }
    }

    /// A value that is none of those the server knows.
    pub fn unsupported(field: impl Into<String>, value: &Value, known: &[&str]) -> Cause {
        let known = known.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", ");
        let message = format!("Unsupported value: {value}: supported values: {known}");
        Cause { reason: "FieldValueNotSupported", message, field: field.into() }
    }

    fn to_json(&self) -> Value {
        let mut cause = json!({"reason": self.reason, "message": self.message});
        if !self.field.is_empty() {
            cause["field"] = json!(self.field);
        }
        cause
    }
}

/// What an error is about (`details` of a `Status`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The object's name.
    pub name: String,
    /// Its API group.
    pub group: String,
    /// Its resource (`pods`), or its kind (`Pod`) where a real server writes that.
    pub kind: String,
    /// What is wrong with it, field by field.
    pub causes: Vec<Cause>,
    /// After how many seconds to try again; zero for "it was not said".
    pub retry_after_seconds: u32,
}

impl Details {
    /// About an object of `kind` in `group`, or about all of them when `name` is empty.
    pub fn of(group: &str, kind: &str, name: &str) -> Details {
        Details {
            name: name.to_owned(),
            group: group.to_owned(),
            kind: kind.to_owned(),
            ..Details::default()
        }
    }

    fn to_json(&self) -> Value {
        let mut details = Map::new();
        for (key, text) in [("name", &self.name), ("group", &self.group), ("kind", &self.kind)] {
            if !text.is_empty() {
                details.insert(key.to_owned(), json!(text));
            }
        }
        if !self.causes.is_empty() {
            details.insert("causes".to_owned(), self.causes.iter().map(Cause::to_json).collect());
        }
        if self.retry_after_seconds > 0 {
            details.insert("retryAfterSeconds".to_owned(), json!(self.retry_after_seconds));
        }
        Value::Object(details)
    }
}

/// A refusal, as a client gets it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status.
    pub code: u16,
    /// The machine's word for it: `NotFound`, `Conflict`…
    pub reason: &'static str,
    /// The sentence for people.
    pub message: String,
    /// What it is about; `None` leaves `details` out.
    pub details: Option<Box<Details>>,
}

impl ApiError {
    /// Any refusal; the functions below make the usual ones.
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>, details: Details) -> ApiError {
        ApiError { code, reason, message: message.into(), details: Some(Box::new(details)) }
    }

    /// 404: there is no such object.
    pub fn not_found(group: &str, resource: &str, name: &str) -> ApiError {
        let message = format!("{} \"{name}\" not found", qualified(group, resource));
        ApiError::new(404, "NotFound", message, Details::of(group, resource, name))
    }

    /// 409: an object of that name is there already.
    pub fn already_exists(group: &str, resource: &str, name: &str) -> ApiError {
        let message = format!("{} \"{name}\" already exists", qualified(group, resource));
        ApiError::new(409, "AlreadyExists", message, Details::of(group, resource, name))
    }

    /// 409: the object is not in the state that the request supposes.
    pub fn conflict(group: &str, resource: &str, name: &str, why: &str) -> ApiError {
        let message =
            format!("Operation cannot be fulfilled on {} \"{name}\": {why}", qualified(group, resource));
        ApiError::new(409, "Conflict", message, Details::of(group, resource, name))
    }

    /// 409: the resource version of an update is not the latest.
    pub fn stale(group: &str, resource: &str, name: &str) -> ApiError {
        let why =
            "the object has been modified; please apply your changes to the latest version and try again";
        ApiError::conflict(group, resource, name, why)
    }

    /// 422: the object breaks rules, one cause for each.
    pub fn invalid(group: &str, kind: &str, name: &str, causes: Vec<Cause>) -> ApiError {
        let mut lines: Vec<_> =
            causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        lines.dedup();
        let list = if lines.len() == 1 { lines.concat() } else { format!("[{}]", lines.join(", ")) };
        let message = format!("{} \"{name}\" is invalid: {list}", qualified(group, kind));
        ApiError::new(422, "Invalid", message, Details { causes, ..Details::of(group, kind, name) })
    }

    /// 403, with the details of the object and the whole sentence.
    pub fn forbidden(group: &str, resource: &str, name: &str, why: &str) -> ApiError {
        let object = qualified(group, resource);
        let message = if name.is_empty() {
            format!("{object} is forbidden: {why}")
        } else {
            format!("{object} \"{name}\" is forbidden: {why}")
        };
        ApiError::new(403, "Forbidden", message, Details::of(group, resource, name))
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> ApiError {
        ApiError { code: 400, reason: "BadRequest", message: message.into(), details: None }
    }

    /// 401: no token, or none that the server gave out.
    pub fn unauthorized() -> ApiError {
        ApiError { code: 401, reason: "Unauthorized", message: "Unauthorized".to_owned(), details: None }
    }

    /// 405: the resource is there, but not with this verb.
    pub fn method_not_allowed() -> ApiError {
        let message = "the server does not allow this method on the requested resource";
        ApiError::new(405, "MethodNotAllowed", message, Details::default())
    }

    /// 410: the versions asked for are no longer kept.
    pub fn expired(message: impl Into<String>) -> ApiError {
        ApiError { code: 410, reason: "Expired", message: message.into(), details: None }
    }

    /// 501: a real cluster does this, the playground does not; `what` names it.
    pub fn not_implemented(what: &str) -> ApiError {
        let message = format!("the playground does not implement {what}; use a real cluster for it");
        ApiError::new(501, "NotImplemented", message, Details::default())
    }

    /// The `Status` object of this refusal.
    pub fn to_json(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason,
        });
        if let Some(details) = &self.details {
            status["details"] = details.to_json();
        }
        status["code"] = json!(self.code);
        status
    }
}

/// `pods`, or `leases.coordination.k8s.io` for a resource outside the core group.
pub fn qualified(group: &str, resource: &str) -> String {
    if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_outside_the_core_is_named_with_its_group() {
        let error = ApiError::not_found("coordination.k8s.io", "leases", "run");
        assert_eq!(error.message, "leases.coordination.k8s.io \"run\" not found");
        let status = error.to_json();
        assert_eq!(
            status["details"],
            json!({"name": "run", "group": "coordination.k8s.io", "kind": "leases"})
        );
        assert_eq!(status["code"], 404);
    }

    #[test]
    fn one_cause_stands_alone_and_several_in_brackets() {
        let one = vec![Cause::required("spec.containers", "")];
        assert_eq!(
            ApiError::invalid("", "Pod", "p", one.clone()).message,
            "Pod \"p\" is invalid: spec.containers: Required value"
        );
        let two = vec![one[0].clone(), Cause::forbidden("spec.x", "no")];
        assert_eq!(
            ApiError::invalid("", "Pod", "p", two).message,
            "Pod \"p\" is invalid: [spec.containers: Required value, spec.x: Forbidden: no]"
        );
    }
}
