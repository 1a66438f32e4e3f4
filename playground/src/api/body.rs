//! Bodies as objects: JSON, YAML or protobuf, as the client says.

use crate::api::protobuf::{self, Malformed};
use crate::status::{ApiError, Details};
use serde_json::Value;

/// Objects nest this deep at most.
const DEEPEST: usize = 100;

/// The object in a body of this content type.
pub(super) fn object(content_type: &str, body: &[u8]) -> Result<Value, ApiError> {
    match media(content_type) {
        "" | "application/json" => json(body),
        "application/yaml" => yaml(body)
            .map_err(|error| ApiError::bad_request(format!("error converting YAML to JSON: {error}"))),
        "application/vnd.kubernetes.protobuf" => protobuf::decode(body).map_err(|error| match error {
            Malformed::Kind(_) => {
                ApiError::new(415, "UnsupportedMediaType", error.to_string(), Details::default())
            }
            _ => ApiError::bad_request(error.to_string()),
        }),
        _ => {
            let message = "the body of the request was in an unknown format - accepted media types include: \
                           application/json, application/yaml, application/vnd.kubernetes.protobuf";
            Err(ApiError::new(415, "UnsupportedMediaType", message, Details::default()))
        }
    }
}

/// A content type without its parameters.
pub(super) fn media(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_request(format!("couldn't get version/kind; json parse error: {error}"))
    })
}

/// One YAML document, or JSON, which clients send as YAML too. A key that is there twice is refused; numbers such as `0644` are octal, as Kubernetes reads them.
pub(super) fn yaml(body: &[u8]) -> Result<Value, String> {
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let budget = serde_saphyr::budget! { max_depth: DEEPEST };
    let options = serde_saphyr::options! { budget: budget, legacy_octal_numbers: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_as_people_write_it() {
        for (text, value) in [
            ("a: 1\nb: [x, \"2\"]\n", json!({"a": 1, "b": ["x", "2"]})),
            ("# a word first\n---\nmode: 0644\n", json!({"mode": 420})),
            (
                "on: true\noff: no\nempty:\ntilde: ~\n",
                json!({"on": true, "off": false, "empty": null, "tilde": null}),
            ),
            ("text: |\n  one\n  two\n", json!({"text": "one\ntwo\n"})),
            ("base: &b {x: 1}\nsame: *b\n", json!({"base": {"x": 1}, "same": {"x": 1}})),
            (
                "cpu: 100m\nhalf: 0.5\nday: 2026-01-01\n",
                json!({"cpu": "100m", "half": 0.5, "day": "2026-01-01"}),
            ),
            ("{\"json\": [1, null, \"\\ud83d\\ude00\"]}", json!({"json": [1, null, "\u{1f600}"]})),
        ] {
            assert_eq!(yaml(text.as_bytes()), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_single_document_is_refused() {
        for text in ["a: 1\na: 2\n", "a: [1", "a: 1\n---\nb: 2\n", "\u{0}"] {
            assert!(yaml(text.as_bytes()).is_err(), "{text}");
        }
        assert!(yaml(&[0xff, 0xfe, 0x00]).is_err());
        let deep = "[".repeat(5000);
        assert!(yaml(deep.as_bytes()).is_err());
    }

    #[test]
    fn an_unknown_content_type_is_refused() {
        assert_eq!(object("text/plain", b"a").unwrap_err().code, 415);
        assert_eq!(object("application/yaml; charset=utf-8", b"a: 1").unwrap(), json!({"a": 1}));
    }
}
