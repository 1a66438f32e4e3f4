//! Field numbers of the messages that are read (generated.proto of k8s.io/api and k8s.io/apimachinery).

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Number,
    /// True or false.
    Truth,
    /// Bytes, which JSON has in base64.
    Bytes,
    Message(&'static [Field]),
    /// A list of texts.
    Texts,
    /// A list of messages.
    Messages(&'static [Field]),
    /// A map from text to text.
    TextMap,
    /// A map from text to bytes.
    BytesMap,
}

/// Number, name in JSON, shape.
pub(super) type Field = (u64, &'static str, Shape);

use Shape::{Bytes, BytesMap, Message, Messages, Number, Text, TextMap, Texts, Truth};

/// `runtime.Unknown`.
pub(super) const UNKNOWN: &[Field] = &[(1, "type", Message(TYPE_META)), (2, "raw", Bytes)];
const TYPE_META: &[Field] = &[(1, "apiVersion", Text), (2, "kind", Text)];
const OWNER: &[Field] = &[
    (1, "kind", Text),
    (3, "name", Text),
    (4, "uid", Text),
    (5, "apiVersion", Text),
    (6, "controller", Truth),
    (7, "blockOwnerDeletion", Truth),
];
const METADATA: &[Field] = &[
    (1, "name", Text),
    (2, "generateName", Text),
    (3, "namespace", Text),
    (5, "uid", Text),
    (6, "resourceVersion", Text),
    (11, "labels", TextMap),
    (12, "annotations", TextMap),
    (13, "ownerReferences", Messages(OWNER)),
    (14, "finalizers", Texts),
];
const PRECONDITIONS: &[Field] = &[(1, "uid", Text), (2, "resourceVersion", Text)];
const DELETE_OPTIONS: &[Field] = &[
    (1, "gracePeriodSeconds", Number),
    (2, "preconditions", Message(PRECONDITIONS)),
    (3, "orphanDependents", Truth),
    (4, "propagationPolicy", Text),
    (5, "dryRun", Texts),
];
const EVICTION: &[Field] =
    &[(1, "metadata", Message(METADATA)), (2, "deleteOptions", Message(DELETE_OPTIONS))];
const RESOURCE_ATTRIBUTES: &[Field] = &[
    (1, "namespace", Text),
    (2, "verb", Text),
    (3, "group", Text),
    (4, "version", Text),
    (5, "resource", Text),
    (6, "subresource", Text),
    (7, "name", Text),
];
const PATH_ATTRIBUTES: &[Field] = &[(1, "path", Text), (2, "verb", Text)];
const REVIEW_SPEC: &[Field] = &[
    (1, "resourceAttributes", Message(RESOURCE_ATTRIBUTES)),
    (2, "nonResourceAttributes", Message(PATH_ATTRIBUTES)),
];
const REVIEW: &[Field] = &[(1, "metadata", Message(METADATA)), (2, "spec", Message(REVIEW_SPEC))];
const ONLY_METADATA: &[Field] = &[(1, "metadata", Message(METADATA))];
const TOKEN_SPEC: &[Field] = &[(1, "audiences", Texts), (4, "expirationSeconds", Number)];
const TOKEN: &[Field] = &[(1, "metadata", Message(METADATA)), (2, "spec", Message(TOKEN_SPEC))];
const CONFIG_MAP: &[Field] =
    &[(1, "metadata", Message(METADATA)), (2, "data", TextMap), (3, "binaryData", BytesMap)];
const SECRET: &[Field] = &[
    (1, "metadata", Message(METADATA)),
    (2, "data", BytesMap),
    (3, "type", Text),
    (4, "stringData", TextMap),
];
const RULE: &[Field] = &[
    (1, "verbs", Texts),
    (2, "apiGroups", Texts),
    (3, "resources", Texts),
    (4, "resourceNames", Texts),
    (5, "nonResourceURLs", Texts),
];
const ROLE: &[Field] = &[(1, "metadata", Message(METADATA)), (2, "rules", Messages(RULE))];
const SUBJECT: &[Field] =
    &[(1, "kind", Text), (2, "apiGroup", Text), (3, "name", Text), (4, "namespace", Text)];
const ROLE_REF: &[Field] = &[(1, "apiGroup", Text), (2, "kind", Text), (3, "name", Text)];
const BINDING: &[Field] = &[
    (1, "metadata", Message(METADATA)),
    (2, "subjects", Messages(SUBJECT)),
    (3, "roleRef", Message(ROLE_REF)),
];
const SCALE_SPEC: &[Field] = &[(1, "replicas", Number)];
const SCALE: &[Field] = &[(1, "metadata", Message(METADATA)), (2, "spec", Message(SCALE_SPEC))];

/// The message of a kind, if it is one that is read.
pub(super) fn message(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "Eviction" => EVICTION,
        "DeleteOptions" => DELETE_OPTIONS,
        "SelfSubjectAccessReview" => REVIEW,
        "Namespace" | "ServiceAccount" => ONLY_METADATA,
        "TokenRequest" => TOKEN,
        "ConfigMap" => CONFIG_MAP,
        "Secret" => SECRET,
        "Role" | "ClusterRole" => ROLE,
        "RoleBinding" | "ClusterRoleBinding" => BINDING,
        "Scale" => SCALE,
        _ => return None,
    })
}
