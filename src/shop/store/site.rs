//! The answers of the store.

use super::keeper::Keeper;
use crate::shop::metrics::Metrics;
use crate::shop::refusal::Refusal;
use crate::shop::reply::Reply;
use crate::shop::request::{id, limit, list, new_order, one, placed};
use crate::shop::route::Route;
use http::{Method, Request};
use hyper::body::Incoming;

impl Keeper {
    /// Answers what is the store's own.
    pub(in crate::shop) async fn answer(
        &self,
        metrics: &Metrics,
        request: Request<Incoming>,
    ) -> Result<Reply, Refusal> {
        let (route, part) = Route::of(request.uri().path());
        match (route, request.method()) {
            (Route::Orders, &Method::POST) => {
                let draft = new_order(request.into_body()).await?.named()?;
                let end = self.place(draft).await;
                metrics.ordered(&end);
                Ok(placed(&end?))
            }
            (Route::Orders, &Method::GET | &Method::HEAD) => {
                let (total, newest) = self.newest(limit(request.uri().query().unwrap_or(""))?);
                Ok(list(total, &newest))
            }
            (Route::Order, &Method::GET | &Method::HEAD) => {
                let id = id(part);
                one(&id, self.get(&id))
            }
            (Route::Orders | Route::Order, _) => Err(Refusal::Method { allow: route.methods() }),
            _ => Err(Refusal::NoRoute),
        }
    }
}
