//! `pods/log`.

use crate::api::agent::LogRequest;
use crate::api::answer::{self, Answer};
use crate::api::handle::Context;
use crate::api::pod::container::container;
use crate::api::query::Query;
use crate::api::request::Request;
use crate::api::route::Target;
use crate::object;
use crate::status::{ApiError, Cause};
use futures_util::stream;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Answers with what a container printed.
pub(in crate::api) async fn log(
    context: &Context,
    request: &Request,
    target: &Target,
) -> Result<Answer, ApiError> {
    if request.method != Method::GET {
        return Err(ApiError::method_not_allowed());
    }
    let pod = context.cluster.get(target.kind, target.at().0, target.at().1)?;
    let wanted = wanted(&pod, &request.query)?;
    if object::text(&pod, "/spec/nodeName").is_empty() {
        return Ok(answer::stream("text/plain", stream::empty()));
    }
    let pieces = context.agent.logs(pod, wanted).await?;
    Ok(answer::stream("text/plain", pieces))
}

/// Reads the query.
fn wanted(pod: &Value, query: &Query) -> Result<LogRequest, ApiError> {
    let mut causes = Vec::new();
    let tail_lines = number(query, "tailLines", 0, &mut causes)?;
    let limit_bytes = number(query, "limitBytes", 1, &mut causes)?;
    let seconds = number(query, "sinceSeconds", 1, &mut causes)?;
    let time = match query.text("sinceTime") {
        "" => None,
        text => Some(text.parse::<Timestamp>().map_err(|error| {
            ApiError::bad_request(format!(
                "invalid sinceTime \"{text}\": it must be a time as RFC 3339: {error}"
            ))
        })?),
    };
    if seconds.is_some() && time.is_some() {
        causes.push(Cause::forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
    }
    if !causes.is_empty() {
        return Err(ApiError::invalid("", "PodLogOptions", object::name(pod), causes));
    }
    let ago = |seconds: u64| {
        let ago = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        Timestamp::now().saturating_sub(ago).unwrap_or(Timestamp::MIN)
    };
    Ok(LogRequest {
        container: container(pod, query.text("container"))?,
        follow: query.flag("follow"),
        previous: query.flag("previous"),
        tail_lines,
        since: time.or(seconds.map(ago)),
        timestamps: query.flag("timestamps"),
        limit_bytes,
    })
}

/// A number of the query, which must be one, and at least `least`.
fn number(query: &Query, key: &str, least: i64, causes: &mut Vec<Cause>) -> Result<Option<u64>, ApiError> {
    let text = query.text(key);
    if text.is_empty() {
        return Ok(None);
    }
    let number: i64 = text
        .parse()
        .map_err(|_| ApiError::bad_request(format!("invalid {key} \"{text}\": it must be a number")))?;
    if number < least {
        let why = if least == 0 { "must be greater than or equal to 0" } else { "must be greater than 0" };
        causes.push(Cause::invalid(key, &json!(number), why));
    }
    Ok(u64::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_what_is_wanted_or_is_refused() {
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}});
        let none = LogRequest { container: "c".to_owned(), ..LogRequest::default() };
        let since = Timestamp::from_second(60).ok();
        for (query, expected) in [
            ("", Ok(none.clone())),
            ("follow=true&previous=1&timestamps", {
                let (follow, previous, timestamps) = (true, true, true);
                Ok(LogRequest { follow, previous, timestamps, ..none.clone() })
            }),
            ("tailLines=0&limitBytes=5", {
                Ok(LogRequest { tail_lines: Some(0), limit_bytes: Some(5), ..none.clone() })
            }),
            ("sinceTime=1970-01-01T00:01:00Z", Ok(LogRequest { since, ..none.clone() })),
            ("tailLines=x", Err(400)),
            ("sinceTime=yesterday", Err(400)),
            ("container=x", Err(400)),
            ("tailLines=-1", Err(422)),
            ("limitBytes=0", Err(422)),
            ("sinceSeconds=0", Err(422)),
            ("sinceSeconds=1&sinceTime=1970-01-01T00:01:00Z", Err(422)),
        ] {
            let found = wanted(&pod, &Query::parse(query)).map_err(|error| error.code);
            assert_eq!(found, expected, "{query}");
        }
    }
}
