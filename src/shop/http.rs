//! From a request to an answer.

use super::account::{account, login};
use super::orders::{NewOrder, Placed};
use super::refusal::Refusal;
use super::reply::{Reply, json, prometheus, ready, refused};
use super::route::Route;
use super::state::State;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use percent_encoding::percent_decode_str;
use serde_json::json as object;
use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

/// The largest order or form, in bytes.
const BODY_LIMIT: usize = 16 * 1024;
/// The largest quantity of one order.
const QUANTITY_LIMIT: u32 = 1_000;
/// How many orders a list shows when nobody says, and at most.
const LIST: (usize, usize) = (100, 1_000);

/// Answers one request and counts it.
pub(super) async fn serve(state: Arc<State>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let start = Instant::now();
    let route = Route::of(request.uri().path()).0;
    let reply = answer(&state, request).await.unwrap_or_else(|refusal| refused(&refusal));
    state.metrics.answered(route, reply.status(), start.elapsed());
    Ok(reply)
}

async fn answer<B>(state: &State, request: Request<B>) -> Result<Reply, Refusal>
where
    B: Body<Error: std::error::Error + Send + Sync + 'static>,
{
    let (route, id) = Route::of(request.uri().path());
    match (route, request.method()) {
        (Route::Unknown, _) => Err(Refusal::NoRoute),
        (Route::Orders, &Method::POST) => order(state, request.into_body()).await,
        (Route::Login, &Method::POST) => login(&whole(request.into_body()).await?),
        (Route::Login, _) => Err(Refusal::Method { allow: route.methods() }),
        (Route::Account, &Method::GET | &Method::HEAD) => account(request.headers()),
        (_, &Method::GET | &Method::HEAD) => read(state, route, id, request.uri().query().unwrap_or("")),
        _ => Err(Refusal::Method { allow: route.methods() }),
    }
}

fn read(state: &State, route: Route, id: &str, query: &str) -> Result<Reply, Refusal> {
    let ok = |body| Ok(ready(StatusCode::OK, body));
    match route {
        Route::Products => match parameter(query, "q") {
            Some(words) => ok(state.catalog.search(&words)),
            None => ok(state.catalog.all()),
        },
        Route::Product => {
            let found = state.catalog.get(id);
            ok(found.ok_or_else(|| Refusal::NotFound { kind: "product", id: id.to_owned() })?)
        }
        Route::Orders => orders(state, query),
        Route::Order => {
            let id = percent_decode_str(id).decode_utf8_lossy();
            let found = state.orders.get(&id);
            ok(json(&found.ok_or_else(|| Refusal::NotFound { kind: "order", id: id.into_owned() })?))
        }
        Route::Health => Ok(health(state)),
        Route::Live => ok(json(&object!({ "status": "ok" }))),
        Route::Ready => Ok(readiness(state)),
        Route::Metrics => Ok(prometheus(state.metrics.page(state.orders.count()))),
        Route::Login | Route::Account | Route::Unknown => Err(Refusal::NoRoute),
    }
}

fn orders(state: &State, query: &str) -> Result<Reply, Refusal> {
    let (usual, most) = LIST;
    let limit = match parameter(query, "limit") {
        None => usual,
        Some(text) => {
            let number = text.parse().ok().filter(|limit| (1..=most).contains(limit));
            number.ok_or(Refusal::BadLimit(most))?
        }
    };
    let (total, newest) = state.orders.newest(limit);
    Ok(ready(StatusCode::OK, json(&object!({ "total": total, "orders": newest }))))
}

/// 503 while the shop closes or cannot take orders; what is wrong stands in the body.
fn readiness(state: &State) -> Reply {
    match state.unready() {
        None => ready(StatusCode::OK, json(&object!({ "status": "ready" }))),
        Some(why) => ready(StatusCode::SERVICE_UNAVAILABLE, json(&object!({ "status": why }))),
    }
}

/// The whole picture for people and smoke checks.
fn health(state: &State) -> Reply {
    let (status, word) = match state.unready() {
        None => (StatusCode::OK, "ok"),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    };
    let store = if state.orders.is_full() { "full" } else { "ok" };
    ready(
        status,
        json(&object!({ "status": word, "checks": { "store": store }, "orders": state.orders.count() })),
    )
}

async fn order<B>(state: &State, body: B) -> Result<Reply, Refusal>
where
    B: Body<Error: std::error::Error + Send + Sync + 'static>,
{
    let new: NewOrder =
        serde_json::from_slice(&whole(body).await?).map_err(|error| Refusal::BadBody(error.to_string()))?;
    if !state.catalog.sells(&new.sku) {
        return Err(Refusal::UnknownSku(new.sku));
    }
    if !(1..=QUANTITY_LIMIT).contains(&new.quantity) {
        return Err(Refusal::BadQuantity(QUANTITY_LIMIT));
    }
    let end = state.orders.place(new);
    state.metrics.ordered(&end);
    Ok(match end? {
        Placed::Created(order) => ready(StatusCode::CREATED, json(&order)),
        Placed::Repeated(order) => ready(StatusCode::OK, json(&order)),
    })
}

/// A body that is not too large.
async fn whole<B>(body: B) -> Result<Bytes, Refusal>
where
    B: Body<Error: std::error::Error + Send + Sync + 'static>,
{
    let collected = Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { Refusal::TooLarge(BODY_LIMIT) } else { Refusal::Cut }
    })?;
    Ok(collected.to_bytes())
}

/// The first parameter of this name in a query, decoded.
fn parameter<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
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
