//! How long ago, as kubectl writes it.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The age of the time at a pointer, such as `5m12s`.
pub(super) fn since(object: &Value, pointer: &str) -> Value {
    let at: Option<Timestamp> =
        object.pointer(pointer).and_then(Value::as_str).and_then(|text| text.parse().ok());
    json!(at.map_or_else(
        || "<unknown>".to_owned(),
        |at| written(Timestamp::now().duration_since(at).as_secs().max(0))
    ))
}

/// Seconds in the two greatest units, fewer as they grow (`HumanDuration` of k8s.io/apimachinery).
fn written(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let with_rest = |whole: i64, unit: &str, rest: i64, small: &str| match rest {
        0 => format!("{whole}{unit}"),
        rest => format!("{whole}{unit}{rest}{small}"),
    };
    match seconds {
        ..120 => format!("{seconds}s"),
        120..600 => with_rest(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => with_rest(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => with_rest(days, "d", hours % 24, "h"),
        _ => format!("{days}d"),
    }
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn as_kubectl_writes_it() {
        for (seconds, expected) in [
            (5, "5s"),
            (119, "119s"),
            (312, "5m12s"),
            (900, "15m"),
            (11_400, "3h10m"),
            (180_000, "2d2h"),
            (900_000, "10d"),
        ] {
            assert_eq!(written(seconds), expected);
        }
    }
}
