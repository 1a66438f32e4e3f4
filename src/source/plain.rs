//! What a scalar without quotes means: the core schema of YAML 1.2 (section 10.3.2 of the specification).

/// The value of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`; `yes` and `on` are texts.
    Bool(bool),
    /// A whole number that is not negative.
    Unsigned(u64),
    /// A negative whole number.
    Signed(i64),
    /// Any other number.
    Float(f64),
    /// Anything else.
    Text,
}

impl Plain {
    /// What a plain scalar of this text is.
    pub fn of(text: &str) -> Plain {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
            "true" | "True" | "TRUE" => Plain::Bool(true),
            "false" | "False" | "FALSE" => Plain::Bool(false),
            ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
            _ => number(text).unwrap_or(Plain::Text),
        }
    }

    /// As JSON, for a scalar of this text. JSON has no infinite numbers: they stay texts.
    pub fn to_json(self, text: &str) -> serde_json::Value {
        match self {
            Plain::Null => serde_json::Value::Null,
            Plain::Bool(yes) => yes.into(),
            Plain::Unsigned(number) => number.into(),
            Plain::Signed(number) => number.into(),
            Plain::Float(number) => {
                serde_json::Number::from_f64(number).map_or_else(|| text.into(), serde_json::Value::Number)
            }
            Plain::Text => text.into(),
        }
    }
}

fn number(text: &str) -> Option<Plain> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(number) = text.parse::<u64>() {
            return Some(Plain::Unsigned(number));
        }
        if let Ok(number) = text.parse::<i64>() {
            return Some(Plain::Signed(number));
        }
    }
    // Rust reads more than YAML does (`inf`, `nan`), so the shape is looked at first.
    let shape = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let some_digit = digits.bytes().any(|byte| byte.is_ascii_digit());
    (shape && starts && some_digit).then(|| text.parse().ok().map(Plain::Float)).flatten()
}

fn radix(digits: &str, radix: u32) -> Option<Plain> {
    let unsigned = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    unsigned.then(|| u64::from_str_radix(digits, radix).ok().map(Plain::Unsigned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema() {
        for (text, value) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("true", Plain::Bool(true)),
            ("yes", Plain::Text),
            ("on", Plain::Text),
            ("no", Plain::Text),
            ("0", Plain::Unsigned(0)),
            ("+5", Plain::Unsigned(5)),
            ("007", Plain::Unsigned(7)),
            ("-5", Plain::Signed(-5)),
            ("0x2A", Plain::Unsigned(42)),
            ("0o17", Plain::Unsigned(15)),
            ("0x", Plain::Text),
            ("0x+1", Plain::Text),
            ("1.5", Plain::Float(1.5)),
            ("-.5", Plain::Float(-0.5)),
            ("1e3", Plain::Float(1000.0)),
            ("1.2.3", Plain::Text),
            ("1-2", Plain::Text),
            ("e5", Plain::Text),
            (".", Plain::Text),
            ("inf", Plain::Text),
            ("nan", Plain::Text),
            ("250ms", Plain::Text),
            ("-", Plain::Text),
            ("99999999999999999999", Plain::Float(1e20)),
            (".inf", Plain::Float(f64::INFINITY)),
        ] {
            assert_eq!(Plain::of(text), value, "{text}");
        }
    }
}
