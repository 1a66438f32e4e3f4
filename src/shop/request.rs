//! What the requests of both programs have in common: bodies, queries, ids.

use super::orders::{NewOrder, Order, Placed};
use super::refusal::Refusal;
use super::reply::{Reply, json, ready};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::json as object;
use std::borrow::Cow;

/// The largest order or form, in bytes.
const BODY_LIMIT: usize = 16 * 1024;
/// How many orders a list shows when nobody says, and at most.
const LIST: (usize, usize) = (100, 1_000);

/// A body that is not too large.
pub(super) async fn whole(body: Incoming) -> Result<Bytes, Refusal> {
    let collected = Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { Refusal::TooLarge(BODY_LIMIT) } else { Refusal::Cut }
    })?;
    Ok(collected.to_bytes())
}

/// The order in a body.
pub(super) async fn new_order(body: Incoming) -> Result<NewOrder, Refusal> {
    serde_json::from_slice(&whole(body).await?).map_err(|error| Refusal::BadBody(error.to_string()))
}

/// How many orders a list shall show.
pub(super) fn limit(query: &str) -> Result<usize, Refusal> {
    let (usual, most) = LIST;
    let Some(text) = parameter(query, "limit") else { return Ok(usual) };
    let number = text.parse().ok().filter(|limit| (1..=most).contains(limit));
    number.ok_or(Refusal::BadLimit(most))
}

/// The id in a path, without escapes.
pub(super) fn id(part: &str) -> Cow<'_, str> {
    percent_decode_str(part).decode_utf8_lossy()
}

/// Answers with what became of an order.
pub(super) fn placed(placed: &Placed) -> Reply {
    match placed {
        Placed::Created(order) => ready(StatusCode::CREATED, json(order)),
        Placed::Repeated(order) => ready(StatusCode::OK, json(order)),
    }
}

/// Answers with one order.
pub(super) fn one(id: &str, found: Option<Order>) -> Result<Reply, Refusal> {
    let order = found.ok_or_else(|| Refusal::NotFound { kind: "order", id: id.to_owned() })?;
    Ok(ready(StatusCode::OK, json(&order)))
}

/// Answers with how many orders there are, and the newest.
pub(super) fn list(total: usize, newest: &[Order]) -> Reply {
    ready(StatusCode::OK, json(&object!({ "total": total, "orders": newest })))
}

/// The first parameter of this name in a query, decoded.
pub(super) fn parameter<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    if value.contains('+') {
        let spaced = value.replace('+', " ");
        return Some(percent_decode_str(&spaced).decode_utf8_lossy().into_owned().into());
    }
    Some(percent_decode_str(value).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_the_first_of_its_name() {
        let cases = [
            ("q=rope", Some("rope")),
            ("a=1&q=brass+bell&q=x", Some("brass bell")),
            ("q=b%C3%A4r%26", Some("bär&")),
            ("qq=1", None),
            ("q", None),
            ("", None),
        ];
        for (query, expected) in cases {
            assert_eq!(parameter(query, "q").as_deref(), expected, "{query}");
        }
    }
}
