//! What form of the answer a client asks for in `Accept`.

/// The forms in which objects are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The objects themselves.
    Plain,
    /// Rows and columns for people.
    Table,
    /// Their metadata alone.
    Metadata,
}

/// The first form that the client names and the server has.
pub(super) fn view(accept: &str) -> View {
    for choice in accept.split(',') {
        let parameter = |key: &str| {
            choice
                .split(';')
                .skip(1)
                .find_map(|one| one.trim().strip_prefix(key)?.strip_prefix('='))
                .unwrap_or("")
        };
        if !choice.trim().starts_with("application/json") {
            continue;
        }
        match (parameter("as"), parameter("v")) {
            ("", _) => return View::Plain,
            ("Table", "v1" | "") => return View::Table,
            ("PartialObjectMetadata" | "PartialObjectMetadataList", _) => return View::Metadata,
            _ => {}
        }
    }
    View::Plain
}

/// Whether the client understands aggregated discovery.
pub(super) fn aggregated(accept: &str) -> bool {
    accept.split(',').any(|choice| {
        let choice = choice.replace(' ', "");
        choice.contains("g=apidiscovery.k8s.io") && choice.contains("v=v2;") | choice.ends_with("v=v2")
    })
}

/// Whether OpenAPI 2.0 is wanted in its binary form, under one of the two names that it has.
pub(super) fn binary_swagger(accept: &str) -> bool {
    let first = accept.split(',').next().unwrap_or_default();
    let name = first.split(';').next().unwrap_or_default().trim();
    matches!(
        name,
        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
            | "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
        assert_eq!(view(kubectl), View::Table);
        assert_eq!(view("application/json"), View::Plain);
        assert_eq!(view("application/vnd.kubernetes.protobuf, */*"), View::Plain);
        assert_eq!(view("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"), View::Metadata);
        assert!(aggregated(
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
        ));
        assert!(binary_swagger("application/com.github.proto-openapi.spec.v2@v1.0+protobuf"));
        assert!(!binary_swagger("application/json, */*"));
        assert!(!aggregated("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"));
    }
}
