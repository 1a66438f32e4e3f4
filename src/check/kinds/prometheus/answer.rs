//! The answer of the API, as <https://prometheus.io/docs/prometheus/latest/querying/api/> describes it.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The document that comes back, whatever the status.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: String,
    /// What is missing in it: stores that did not answer, limits that were hit.
    #[serde(default)]
    pub(super) warnings: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: Value,
}

/// One value, and which series it belongs to.
#[derive(Debug, PartialEq)]
pub(super) struct Sample {
    /// `up{instance="a"}`; empty for a number without a series.
    pub(super) series: String,
    /// As it was sent: `0.5`, `NaN`, `+Inf`.
    pub(super) value: String,
}

impl Answer {
    /// The samples.
    ///
    /// # Errors
    /// What Prometheus has against the query, or that the answer is none of an instant query.
    pub(super) fn samples(&self) -> Result<Vec<Sample>, String> {
        let data = match &self.data {
            Some(data) if self.status == "success" => data,
            _ if self.error.is_empty() => {
                return Err("an answer without data and without an error".to_owned());
            }
            _ => return Err(format!("{}: {}", self.error_type, self.error)),
        };
        let odd = || format!("an answer that is no {} of Prometheus", data.result_type);
        match data.result_type.as_str() {
            "scalar" | "string" => {
                let value = value(&data.result).ok_or_else(odd)?;
                Ok(vec![Sample { series: String::new(), value }])
            }
            "vector" => {
                let sample = |one: &Value| {
                    Some(Sample {
                        series: series(one.get("metric")?.as_object()?),
                        value: value(one.get("value")?)?,
                    })
                };
                data.result.as_array().and_then(|all| all.iter().map(sample).collect()).ok_or_else(odd)
            }
            other => Err(format!(
                "the query gives a {other}; ask for one value per series, for example with last_over_time(…)"
            )),
        }
    }
}

/// The second of `[time, "value"]`.
fn value(pair: &Value) -> Option<String> {
    pair.get(1)?.as_str().map(str::to_owned)
}

fn series(labels: &Map<String, Value>) -> String {
    let name = labels.get("__name__").and_then(Value::as_str).unwrap_or_default();
    let rest = labels.iter().filter(|(key, _)| *key != "__name__");
    let rest: Vec<String> = rest.map(|(key, value)| format!("{key}={value}")).collect();
    if rest.is_empty() && !name.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{}}}", rest.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_answer_is_read_or_refused() {
        let sample = |series: &str, value: &str| Sample { series: series.into(), value: value.into() };
        for (text, expected) in [
            (
                r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a"},"value":[1,"1"]},{"metric":{},"value":[1,"NaN"]}]}}"#,
                Ok(vec![sample("up{job=\"a\"}", "1"), sample("{}", "NaN")]),
            ),
            (
                r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2.5"]}}"#,
                Ok(vec![sample("", "2.5")]),
            ),
            (r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, Err("gives a matrix")),
            (
                r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
                Err("bad_data: parse error"),
            ),
            (r#"{"status":"success","data":{"resultType":"vector","result":[1]}}"#, Err("no vector")),
            (r#"{"status":"success"}"#, Err("without data")),
        ] {
            let answer: Answer = serde_json::from_str(text).unwrap();
            match (answer.samples(), expected) {
                (Ok(got), Ok(wanted)) => assert_eq!(got, wanted),
                (Err(got), Err(wanted)) => assert!(got.contains(wanted), "{got}"),
                (got, wanted) => panic!("{text}: {got:?}, expected {wanted:?}"),
            }
        }
    }
}
