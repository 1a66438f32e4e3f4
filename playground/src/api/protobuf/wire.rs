//! Protocol buffers, as far as the messages of `schema` need them.

use crate::api::protobuf::schema::{Field, Shape, UNKNOWN, message};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// The object in a body of type `application/vnd.kubernetes.protobuf`.
pub(in crate::api) fn decode(body: &[u8]) -> Result<Value, Malformed> {
    let envelope = body.strip_prefix(b"k8s\0").ok_or(Malformed::Magic)?;
    let envelope = read(UNKNOWN, envelope)?;
    let kind = envelope["type"]["kind"].as_str().unwrap_or_default();
    let fields = message(kind).ok_or_else(|| Malformed::Kind(kind.to_owned()))?;
    let raw = STANDARD.decode(envelope["raw"].as_str().unwrap_or_default()).map_err(|_| Malformed::Broken)?;
    let mut object = read(fields, &raw)?;
    object["kind"] = json!(kind);
    object["apiVersion"] = envelope["type"]["apiVersion"].clone();
    Ok(object)
}

/// What stands in a field on the wire.
enum Raw<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
}

/// Takes one field off the front; `None` for types that no known message uses.
fn field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Option<Raw<'a>>), Malformed> {
    let key = varint(rest)?;
    let raw = match key & 7 {
        0 => Some(Raw::Varint(varint(rest)?)),
        1 => take(rest, 8).map(|_| None)?,
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| Malformed::Broken)?;
            Some(Raw::Bytes(take(rest, length)?))
        }
        5 => take(rest, 4).map(|_| None)?,
        _ => return Err(Malformed::Broken),
    };
    Ok((key >> 3, raw))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Malformed::Broken)?;
    *rest = left;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Malformed::Broken)
}

fn read(fields: &[Field], mut rest: &[u8]) -> Result<Value, Malformed> {
    let mut object = Map::new();
    while !rest.is_empty() {
        let (number, raw) = field(&mut rest)?;
        let known = fields.iter().find(|(known, ..)| *known == number);
        if let (Some((_, name, shape)), Some(raw)) = (known, raw) {
            store(&mut object, name, *shape, &raw)?;
        }
    }
    Ok(Value::Object(object))
}

fn text(bytes: &[u8]) -> Result<Value, Malformed> {
    std::str::from_utf8(bytes).map(|text| json!(text)).map_err(|_| Malformed::Broken)
}

fn store(object: &mut Map<String, Value>, name: &str, shape: Shape, raw: &Raw<'_>) -> Result<(), Malformed> {
    let value = match (shape, raw) {
        // Numbers are signed 64-bit, in two's complement.
        (Shape::Number, Raw::Varint(number)) => json!(number.cast_signed()),
        (Shape::Truth, Raw::Varint(number)) => json!(*number != 0),
        (Shape::Text, Raw::Bytes(bytes)) => text(bytes)?,
        (Shape::Bytes, Raw::Bytes(bytes)) => json!(STANDARD.encode(bytes)),
        (Shape::Message(fields), Raw::Bytes(bytes)) => read(fields, bytes)?,
        (Shape::Texts, Raw::Bytes(bytes)) => return push(object, name, text(bytes)?),
        (Shape::Messages(fields), Raw::Bytes(bytes)) => return push(object, name, read(fields, bytes)?),
        (Shape::TextMap, Raw::Bytes(bytes)) => {
            return entry(object, name, &read(&[(1, "key", Shape::Text), (2, "value", Shape::Text)], bytes)?);
        }
        (Shape::BytesMap, Raw::Bytes(bytes)) => {
            return entry(
                object,
                name,
                &read(&[(1, "key", Shape::Text), (2, "value", Shape::Bytes)], bytes)?,
            );
        }
        _ => return Err(Malformed::Broken),
    };
    // Go writes empty texts; in JSON they are left out.
    if value != "" {
        object.insert(name.to_owned(), value);
    }
    Ok(())
}

fn push(object: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), Malformed> {
    let list = object.entry(name).or_insert_with(|| json!([]));
    list.as_array_mut().ok_or(Malformed::Broken)?.push(value);
    Ok(())
}

fn entry(object: &mut Map<String, Value>, name: &str, pair: &Value) -> Result<(), Malformed> {
    let key = pair["key"].as_str().unwrap_or_default().to_owned();
    let value = pair.get("value").cloned().unwrap_or_else(|| json!(""));
    let map = object.entry(name).or_insert_with(|| json!({}));
    map.as_object_mut().ok_or(Malformed::Broken)?.insert(key, value);
    Ok(())
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
    fn what_cannot_be_read_says_why() {
        assert_eq!(decode(b"{}"), Err(Malformed::Magic));
        assert_eq!(decode(b"k8s\0\x0a\x7f"), Err(Malformed::Broken));
        assert_eq!(decode(&body("Pod", b"")), Err(Malformed::Kind("Pod".to_owned())));
    }

    proptest::proptest! {
        #[test]
        fn no_body_panics(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _ = decode(&[b"k8s\0".to_vec(), noise.clone()].concat());
            let _ = decode(&body("Role", &noise));
        }
    }
}
