//! Values that JSON has as one text or number.

use crate::api::protobuf::Malformed;
use crate::api::protobuf::wire::{Raw, field};
use crate::schema::Type;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) fn value(kind: &Type, raw: &Raw<'_>) -> Result<Value, Malformed> {
    Ok(match (kind, raw) {
        // Numbers are signed 64-bit, in two's complement.
        (Type::Number, Raw::Varint(number)) => json!(number.cast_signed()),
        (Type::Truth, Raw::Varint(number)) => json!(*number != 0),
        (Type::Text, Raw::Bytes(bytes)) => json!(text(bytes)?),
        (Type::Bytes, Raw::Bytes(bytes)) => json!(STANDARD.encode(bytes)),
        (Type::Quantity, Raw::Bytes(bytes)) => json!(text(part(bytes, 1)?)?),
        (Type::Any, Raw::Bytes(bytes)) => match part(bytes, 1)? {
            [] => Value::Null,
            json => serde_json::from_slice(json).map_err(|_| Malformed::Broken)?,
        },
        (Type::NumberOrText, Raw::Bytes(bytes)) => match number(bytes, 1)? {
            0 => json!(number(bytes, 2)?),
            _ => json!(text(part(bytes, 3)?)?),
        },
        (Type::Time, Raw::Bytes(bytes)) => time(bytes, "%Y-%m-%dT%H:%M:%SZ")?,
        (Type::MicroTime, Raw::Bytes(bytes)) => time(bytes, "%Y-%m-%dT%H:%M:%S.%6fZ")?,
        _ => return Err(Malformed::Broken),
    })
}

/// What Go leaves out of JSON.
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_i64() == Some(0),
        Value::Bool(truth) => !truth,
        _ => false,
    }
}

pub(super) fn text(bytes: &[u8]) -> Result<String, Malformed> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Malformed::Broken)
}

/// The bytes of a field of a message, empty when they are missing.
pub(in crate::api) fn part(mut rest: &[u8], wanted: u64) -> Result<&[u8], Malformed> {
    let mut found: &[u8] = &[];
    while !rest.is_empty() {
        if let (number, Some(Raw::Bytes(bytes))) = field(&mut rest)?
            && number == wanted
        {
            found = bytes;
        }
    }
    Ok(found)
}

/// The number in a field of a message, zero when it is missing.
fn number(mut rest: &[u8], wanted: u64) -> Result<i64, Malformed> {
    let mut found = 0;
    while !rest.is_empty() {
        if let (number, Some(Raw::Varint(value))) = field(&mut rest)?
            && number == wanted
        {
            found = value.cast_signed();
        }
    }
    Ok(found)
}

/// A time, or nothing where Go has none.
fn time(bytes: &[u8], format: &str) -> Result<Value, Malformed> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let nanoseconds = i32::try_from(number(bytes, 2)?).map_err(|_| Malformed::Broken)?;
    let time = Timestamp::new(number(bytes, 1)?, nanoseconds).map_err(|_| Malformed::Broken)?;
    Ok(json!(time.strftime(format).to_string()))
}
