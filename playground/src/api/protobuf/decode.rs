//! From a binary body to JSON, field by field as the schema says.

use crate::api::protobuf::scalar;
use crate::api::protobuf::wire::{Raw, field};
use crate::schema::{Field, Holds, Message, Type, message, message_of};
use serde_json::{Map, Value, json};

/// A body that is not what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::api) enum Malformed {
    #[error("the body does not begin with the magic number of Kubernetes' protobuf")]
    Magic,
    #[error("the protobuf body is cut off or broken")]
    Broken,
    #[error("the playground reads no protobuf of kind {0}; send application/json")]
    Kind(String),
}

/// Objects nest this deep at most; the deepest of Kubernetes' types stay below twenty.
const DEEPEST: usize = 32;

/// The object in a body of type `application/vnd.kubernetes.protobuf`.
pub(in crate::api) fn decode(body: &[u8]) -> Result<Value, Malformed> {
    let envelope = body.strip_prefix(b"k8s\0").ok_or(Malformed::Magic)?;
    let kind = scalar::text(scalar::part(scalar::part(envelope, 1)?, 2)?)?;
    let version = scalar::text(scalar::part(scalar::part(envelope, 1)?, 1)?)?;
    let message = message_of(&version, &kind).ok_or_else(|| Malformed::Kind(kind.clone()))?;
    let mut object = read(message, scalar::part(envelope, 2)?, DEEPEST)?;
    object.insert("kind".to_owned(), json!(kind));
    object.insert("apiVersion".to_owned(), json!(version));
    Ok(Value::Object(object))
}

fn read(message: &Message, mut rest: &[u8], depth: usize) -> Result<Map<String, Value>, Malformed> {
    let mut object = Map::new();
    let depth = depth.checked_sub(1).ok_or(Malformed::Broken)?;
    while !rest.is_empty() {
        let (number, raw) = field(&mut rest)?;
        let known = message.fields.iter().find(|known| known.number == number);
        if let (Some(known), Some(raw)) = (known, raw) {
            store(&mut object, known, &raw, depth)?;
        }
    }
    Ok(object)
}

fn store(
    object: &mut Map<String, Value>,
    field: &Field,
    raw: &Raw<'_>,
    depth: usize,
) -> Result<(), Malformed> {
    let name = field.name.clone();
    match (&field.holds, raw) {
        (Holds::List(_), raw) => {
            let list = object.entry(name).or_insert_with(|| json!([]));
            list.as_array_mut().ok_or(Malformed::Broken)?.push(value(&field.kind, raw, depth)?);
        }
        (Holds::Map, Raw::Bytes(entry)) => {
            let key = scalar::text(scalar::part(entry, 1)?)?;
            let value = value(&field.kind, &Raw::Bytes(scalar::part(entry, 2)?), depth)?;
            let map = object.entry(name).or_insert_with(|| json!({}));
            map.as_object_mut().ok_or(Malformed::Broken)?.insert(key, value);
        }
        (Holds::One, raw) => match value(&field.kind, raw, depth)? {
            Value::Object(inner) if name.is_empty() => object.extend(inner),
            // Go writes what is zero too, unless it is a pointer; in JSON it is left out.
            value if field.optional || !scalar::is_zero(&value) => {
                object.insert(name, value);
            }
            _ => {}
        },
        (Holds::Map, Raw::Varint(_)) => return Err(Malformed::Broken),
    }
    Ok(())
}

fn value(kind: &Type, raw: &Raw<'_>, depth: usize) -> Result<Value, Malformed> {
    match (kind, raw) {
        (Type::Message(name), Raw::Bytes(bytes)) => {
            read(message(name).ok_or(Malformed::Broken)?, bytes, depth).map(Value::Object)
        }
        _ => scalar::value(kind, raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field with a length before it.
    fn long(number: u8, content: &[u8]) -> Vec<u8> {
        let mut field = vec![number << 3 | 2, u8::try_from(content.len()).unwrap()];
        field.extend_from_slice(content);
        field
    }

    fn body(kind: &str, raw: &[u8]) -> Vec<u8> {
        let meta = [long(1, b"v1"), long(2, kind.as_bytes())].concat();
        [b"k8s\0".to_vec(), long(1, &meta), long(2, raw)].concat()
    }

    #[test]
    fn a_config_map() {
        let label = long(11, &[long(1, b"app"), long(2, b"x")].concat());
        let metadata = long(1, &[long(1, b"name"), long(3, b""), label].concat());
        let data = long(2, &[long(1, b"k"), long(2, b"v")].concat());
        let object = decode(&body("ConfigMap", &[metadata, data].concat())).unwrap();
        assert_eq!(
            object,
            json!({
                "metadata": {"name": "name", "labels": {"app": "x"}}, "data": {"k": "v"},
                "kind": "ConfigMap", "apiVersion": "v1",
            })
        );
    }

    #[test]
    fn an_eviction_with_a_negative_grace_period() {
        let grace = [vec![1 << 3], vec![0xff; 9], vec![0x01]].concat();
        let object = decode(&body("Eviction", &long(2, &grace))).unwrap();
        assert_eq!(object["deleteOptions"], json!({"gracePeriodSeconds": -1}));
    }

    #[test]
    fn nothing_and_zero_are_told_apart_where_they_differ() {
        let number = |number: u8, value: u8| vec![number << 3, value];
        // minReadySeconds is a number, replicas a pointer to one; the rolling update is a number or a text.
        let surge = long(2, &[number(1, 1), number(2, 0), long(3, b"25%")].concat());
        let strategy = long(4, &long(2, &[long(1, &[number(1, 0), number(2, 2)].concat()), surge].concat()));
        let spec = long(2, &[number(1, 0), number(5, 0), strategy].concat());
        let object = decode(&body("Deployment", &spec)).unwrap();
        let rolling = json!({"maxUnavailable": 2, "maxSurge": "25%"});
        assert_eq!(object["spec"], json!({"replicas": 0, "strategy": {"rollingUpdate": rolling}}));
    }

    #[test]
    fn fields_in_the_place_of_another_and_amounts() {
        let empty_dir = long(2, &long(2, &long(2, &long(1, b"1Gi"))));
        let volume = long(1, &[long(1, b"v"), empty_dir].concat());
        let object = decode(&body("Pod", &long(2, &volume))).unwrap();
        assert_eq!(object["spec"], json!({"volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}]}));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(decode(b"{}"), Err(Malformed::Magic));
        assert_eq!(decode(b"k8s\0\x0a\x7f"), Err(Malformed::Broken));
        assert_eq!(decode(&body("Thing", b"")), Err(Malformed::Kind("Thing".to_owned())));
    }

    proptest::proptest! {
        #[test]
        fn no_body_panics(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _ = decode(&[b"k8s\0".to_vec(), noise.clone()].concat());
            let _ = decode(&body("Role", &noise));
            let _ = decode(&body("Pod", &noise));
        }
    }
}
