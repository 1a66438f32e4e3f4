//! What every answer of both programs needs: health and readiness, counters, who served it, and the word that this
//! connection ends when the process is about to.

use super::metrics::Metrics;
use super::refusal::Refusal;
use super::reply::{Reply, json, prometheus, ready, refused};
use super::route::Route;
use super::site::Site;
use http::header::CONNECTION;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Version};
use hyper::body::Incoming;
use serde_json::json as object;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

/// Who served it.
const SERVED_BY: HeaderName = HeaderName::from_static("x-served-by");

/// What all connections of one process share.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) site: Site,
    metrics: Metrics,
    served_by: Option<HeaderValue>,
    closing: AtomicBool,
}

impl Front {
    /// A program that has just started.
    pub(super) fn new(site: Site, served_by: Option<HeaderValue>) -> Front {
        Front { site, metrics: Metrics::default(), served_by, closing: AtomicBool::new(false) }
    }

    /// From now on it is not ready, and each answer is the last of its connection.
    pub(super) fn close(&self) {
        self.closing.store(true, Relaxed);
    }

    /// Answers one request and counts it.
    pub(super) async fn serve(self: Arc<Self>, request: Request<Incoming>) -> Result<Reply, Infallible> {
        let start = Instant::now();
        let (route, version) = (Route::of(request.uri().path()).0, request.version());
        let mut reply = self.answer(route, request).await.unwrap_or_else(|refusal| refused(&refusal));
        if let Some(name) = &self.served_by {
            reply.headers_mut().insert(SERVED_BY, name.clone());
        }
        // HTTP/2 has no such header; its connections are told when the door closes.
        if self.closing.load(Relaxed) && version <= Version::HTTP_11 {
            reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        self.metrics.answered(route, reply.status(), start.elapsed());
        Ok(reply)
    }

    async fn answer(&self, route: Route, request: Request<Incoming>) -> Result<Reply, Refusal> {
        let common = matches!(route, Route::Health | Route::Ready | Route::Metrics);
        if common && ![Method::GET, Method::HEAD].contains(request.method()) {
            return Err(Refusal::Method { allow: route.methods() });
        }
        match route {
            Route::Health => Ok(ready(StatusCode::OK, json(&object!({ "status": "ok" })))),
            Route::Ready => Ok(self.readiness().await),
            Route::Metrics => Ok(prometheus(self.metrics.page(&self.site.readings()))),
            Route::Unknown => Err(Refusal::NoRoute),
            _ => self.site.answer(&self.metrics, request).await,
        }
    }

    /// 503 while the process closes or cannot take orders; what is wrong stands in the body.
    async fn readiness(&self) -> Reply {
        let closing = self.closing.load(Relaxed).then(|| "closing".to_owned());
        let reason = if closing.is_some() { closing } else { self.site.unready().await };
        match reason {
            None => ready(StatusCode::OK, json(&object!({ "status": "ready" }))),
            Some(reason) => {
                let body = json(&object!({ "status": "unready", "reason": reason }));
                ready(StatusCode::SERVICE_UNAVAILABLE, body)
            }
        }
    }
}
