//! Amounts of resources as Kubernetes writes them: `100m`, `2`, `64Mi`.

use serde_json::Value;

/// A quantity as a number; `None` when it is none.
pub(crate) fn quantity(value: &Value) -> Option<f64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let split =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

/// The quantity in whole thousandths (millicores of a CPU), rounded up; `None` when it is none or negative.
pub(crate) fn thousandths(value: &Value) -> Option<u64> {
    whole(quantity(value)? * 1000.0)
}

/// The quantity in whole units (bytes of memory), rounded up; `None` when it is none or negative.
pub(crate) fn units(value: &Value) -> Option<u64> {
    whole(quantity(value)?)
}

fn whole(number: f64) -> Option<u64> {
    // A hair is taken off, so that 0.1 × 1000 stays 100.
    let up = (number - 1e-6).ceil().max(0.0);
    (number >= 0.0 && up < 1e18).then_some(up as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities() {
        for (text, number) in [("100m", 0.1), ("2", 2.0), ("1Ki", 1024.0), ("1.5", 1.5)] {
            assert_eq!(quantity(&json!(text)), Some(number), "{text}");
        }
        assert_eq!(quantity(&json!("x")), None);
    }

    #[test]
    fn whole_parts() {
        for (text, milli, unit) in [("100m", 100, 1), ("2", 2000, 2), ("0.3", 300, 1), ("0", 0, 0)] {
            assert_eq!((thousandths(&json!(text)), units(&json!(text))), (Some(milli), Some(unit)), "{text}");
        }
        assert_eq!(thousandths(&json!("-1")), None);
    }
}
