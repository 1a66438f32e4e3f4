//! The name of a template.

use serde_json::Value;

/// Letters for hashes, those of the real server: no vowels, so no words.
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// A short hash of a template: FNV-1a over its JSON with sorted keys, written with safe letters. The algorithm is that
/// of the real controller, the bytes it hashes are not, so the same template has another hash there.
pub(in crate::controllers) fn template_hash(template: &Value, collisions: i64) -> String {
    let mut text = String::new();
    write_sorted(template, &mut text);
    if collisions > 0 {
        text.push_str(&collisions.to_string());
    }
    let hash =
        text.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    let letter = |digit: u8| char::from(LETTERS[usize::from(digit) % LETTERS.len()]);
    hash.to_string().bytes().map(letter).collect()
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, value) in fields {
                text.push_str(key);
                text.push(':');
                write_sorted(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(list) => {
            text.push('[');
            for value in list {
                write_sorted(value, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_matter_the_values_do() {
        let one = template_hash(&json!({"a": 1, "b": [{"c": 2, "d": 3}]}), 0);
        assert_eq!(one, template_hash(&json!({"b": [{"d": 3, "c": 2}], "a": 1}), 0));
        assert_ne!(one, template_hash(&json!({"a": 1, "b": [{"c": 2, "d": 4}]}), 0));
        assert_ne!(one, template_hash(&json!({"a": 1, "b": [{"c": 2, "d": 3}]}), 1));
        assert!(one.bytes().all(|byte| LETTERS.contains(&byte)));
    }
}
