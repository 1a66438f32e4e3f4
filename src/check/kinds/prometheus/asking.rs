//! Sends the query and says what the answer means.

use super::answer::{Answer, Sample};
use super::{Asked, NoData};
use crate::check::shell::{self, quoted};
use crate::check::{CheckContext, Found};
use crate::sample::ErrorClass;
use crate::transport::{self, Client, Content, Failure, Keep, Request, Scheme, WANTS_TLS, wants_tls};
use http::uri::PathAndQuery;
use http::{Method, StatusCode};
use std::time::Instant;
use url::form_urlencoded;

/// A longer answer is no threshold any more.
const LONGEST: u64 = 8 << 20;

/// More samples would not be read.
const SHOWN: usize = 10;

impl Asked {
    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let begun = Instant::now();
        let answer = self.sent(cx).await;
        let took = begun.elapsed();
        let found = match answer {
            Ok(answer) => self.judged(&answer, cx.seed).unwrap_or_else(|found| found.reproduce(self.curl())),
            Err(failure) => self.unanswered(&failure).reproduce(self.curl()),
        };
        found.phase("answer", took)
    }

    async fn sent(&self, cx: &CheckContext) -> Result<transport::Answer, Failure> {
        let client = Client::new(&self.target)?;
        let query: String =
            form_urlencoded::Serializer::new(String::new()).append_pair("query", &self.query).finish();
        let path = PathAndQuery::try_from(format!("{}/api/v1/query?{query}", self.target.prefix))
            .map_err(|error| Failure::new(ErrorClass::Protocol, error.to_string()))?;
        let request = Request::new(Method::GET, path, self.headers.clone(), Content::default());
        client.send(&request, Keep::Body, LONGEST, cx.limit).await
    }

    fn unanswered(&self, failure: &Failure) -> Found {
        let reason = format!("prometheus at {}: {}", self.target.authority, failure.text);
        match failure.class {
            ErrorClass::Refused | ErrorClass::Dns | ErrorClass::Tls | ErrorClass::Timeout => {
                Found::unreachable(format!("{reason}; {}", failure.next_move()))
            }
            _ => Found::fail(reason),
        }
    }

    fn judged(&self, answer: &transport::Answer, seed: u64) -> Result<Found, Found> {
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let reason = format!(
                "prometheus refuses the request: {}; add `headers: {{ authorization: … }}`",
                answer.status
            );
            return Err(Found::fail(reason).for_good());
        }
        let document: Answer = serde_json::from_slice(&answer.body).map_err(|error| {
            let next = if wants_tls(answer.status, &answer.body) { WANTS_TLS } else { "correct `url`" };
            let status = answer.status;
            Found::fail(format!("{status}, and the body is no answer of Prometheus: {error}; {next}"))
        })?;
        let samples = document.samples().map_err(|why| {
            let found = Found::fail(format!("the query failed: {why}")).at(self.query.mark);
            // A query that is not understood will not be understood later.
            if answer.status == StatusCode::BAD_REQUEST { found.for_good() } else { found }
        })?;
        let partial = || Found::fail("the answer is partial: whatever is missing may be what is wrong");
        if !document.warnings.is_empty() {
            return Err(partial().evidence(document.warnings.iter().take(SHOWN).cloned()));
        }
        if let Some(rule) = &self.series {
            rule.judge(Some(samples.len().into()), seed).map_err(|found| found.evidence(lines(&samples)))?;
        }
        if samples.is_empty() {
            return match self.no_data {
                NoData::Pass => Ok(Found::pass("no data, as it may be")),
                NoData::Fail => Err(self.empty()),
            };
        }
        for sample in &samples {
            self.holds(sample, seed).map_err(|found| found.evidence(lines(&samples)))?;
        }
        Ok(Found::pass(match samples.as_slice() {
            [only] => only.value.clone(),
            all => format!("{} series hold", all.len()),
        }))
    }

    fn empty(&self) -> Found {
        let found = Found::fail(
            "the query gives no data; look whether the metric exists, or write `no_data: pass` where none is good news",
        );
        found.expected("data", "none").at(self.query.mark)
    }

    fn holds(&self, sample: &Sample, seed: u64) -> Result<(), Found> {
        let Some(rule) = &self.value else { return Ok(()) };
        let numeric = sample.value.parse::<f64>().is_ok_and(f64::is_finite);
        if !numeric && sample.value.parse::<f64>().is_ok() {
            let reason =
                format!("the value is {}, which no threshold can judge: a division by zero?", sample.value);
            return Err(Found::fail(reason).expected("a number", &sample.value).at(self.query.mark));
        }
        rule.judge_text(Some(&sample.value), seed).map_err(|found| {
            let of = if sample.series.is_empty() { String::new() } else { format!("{}: ", sample.series) };
            Found { reason: format!("{of}{}", found.reason), ..found }
        })
    }

    fn curl(&self) -> String {
        let scheme = if self.target.scheme == Scheme::Https { "https" } else { "http" };
        let url = format!("{scheme}://{}{}/api/v1/query", self.target.authority, self.target.prefix);
        let query = quoted(&format!("query={}", self.query.value));
        let asked = format!("curl -sG {} --data-urlencode {query}", shell::url(&url));
        let headers = self.headers.keys().map(|name| format!("-H {}", quoted(&format!("{name}: ***"))));
        std::iter::once(asked).chain(headers).collect::<Vec<_>>().join(" ")
    }
}

/// The samples, one a line.
fn lines(samples: &[Sample]) -> Vec<String> {
    let shown = samples
        .iter()
        .take(SHOWN)
        .map(|sample| format!("{} {}", sample.series, sample.value).trim().to_owned());
    let more = samples.len().saturating_sub(SHOWN);
    shown.chain((more > 0).then(|| format!("and {more} more"))).collect()
}
