//! The answers of the api.

use super::account::{account, login};
use super::book::Book;
use super::clerk;
use super::client::{ApiError, StoreClient};
use super::database::Database;
use super::live;
use super::parcel;
use super::products::Catalog;
use super::standing::Standing;
use crate::shop::index::Index;
use crate::shop::metrics::{Metrics, Reading};
use crate::shop::orders::CAPACITY;
use crate::shop::refusal::Refusal;
use crate::shop::reply::{Reply, ready};
use crate::shop::request::{id, limit, list, new_order, one, parameter, placed, whole};
use crate::shop::route::Route;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use std::sync::Mutex;
use std::time::Duration;

/// The largest quantity of one order.
const QUANTITY_LIMIT: u32 = 1_000;

/// The goods, and where the orders go.
#[derive(Debug)]
pub(in crate::shop) struct Api {
    catalog: Catalog,
    book: Book,
}

impl Api {
    /// An api that keeps its orders itself, in memory.
    pub(in crate::shop) fn alone() -> Api {
        Api { catalog: Catalog::new(), book: Book::Memory(Mutex::new(Index::new(CAPACITY))) }
    }

    /// An api whose orders are in the store at `http://HOST:PORT`.
    pub(in crate::shop) fn with_store(store: &str) -> Result<Api, ApiError> {
        let book = Book::Store(StoreClient::new(store)?, Standing::default());
        Ok(Api { catalog: Catalog::new(), book })
    }

    /// An api whose orders are in a database; see [`Database::new`].
    pub(in crate::shop) fn with_database(
        url: &str,
        password: Option<&str>,
        max_age: Duration,
    ) -> Result<Api, ApiError> {
        let book = Book::Database(Box::new(Database::new(url, password, max_age)?), Standing::default());
        Ok(Api { catalog: Catalog::new(), book })
    }

    /// Answers what is the api's own.
    pub(in crate::shop) async fn answer(
        &self,
        metrics: &Metrics,
        request: Request<Incoming>,
    ) -> Result<Reply, Refusal> {
        let (route, part) = Route::of(request.uri().path());
        match (route, request.method()) {
            (Route::Orders, &Method::POST) => self.order(metrics, request.into_body()).await,
            (Route::Login, &Method::POST) => login(&whole(request.into_body()).await?),
            (Route::Account, &Method::GET | &Method::HEAD) => account(request.headers()),
            (Route::Clerk, &Method::POST) => clerk::answer(&whole(request.into_body()).await?),
            (Route::Live, &Method::GET) => live::open(request),
            (Route::OrderEvents, &Method::GET) => self.follow(part).await,
            (Route::Login | Route::Clerk | Route::Live | Route::OrderEvents, _)
            | (_, &Method::POST | &Method::PUT | &Method::PATCH | &Method::DELETE) => {
                Err(Refusal::Method { allow: route.methods() })
            }
            _ => self.read(request.uri().path(), request.uri().query().unwrap_or("")).await,
        }
    }

    async fn read(&self, path: &str, query: &str) -> Result<Reply, Refusal> {
        let ok = |body| Ok(ready(StatusCode::OK, body));
        match Route::of(path) {
            (Route::Products, _) => match parameter(query, "q") {
                Some(words) => ok(self.catalog.search(&words)),
                None => ok(self.catalog.all()),
            },
            (Route::Product, id) => {
                let found = self.catalog.get(id);
                ok(found.ok_or_else(|| Refusal::NotFound { kind: "product", id: id.to_owned() })?)
            }
            (Route::Orders, _) => {
                let (total, newest) = self.book.newest(limit(query)?).await?;
                Ok(list(total, &newest))
            }
            (Route::Order, part) => {
                let id = id(part);
                one(&id, self.book.get(&id).await?)
            }
            _ => Err(Refusal::NoRoute),
        }
    }

    async fn follow(&self, part: &str) -> Result<Reply, Refusal> {
        let id = id(part);
        let order = self.book.get(&id).await?;
        order.map(parcel::follow).ok_or_else(|| Refusal::NotFound { kind: "order", id: id.into_owned() })
    }

    async fn order(&self, metrics: &Metrics, body: Incoming) -> Result<Reply, Refusal> {
        let new = new_order(body).await?;
        if !self.catalog.sells(&new.sku) {
            return Err(Refusal::UnknownSku(new.sku));
        }
        if !(1..=QUANTITY_LIMIT).contains(&new.quantity) {
            return Err(Refusal::BadQuantity(QUANTITY_LIMIT));
        }
        let end = self.book.place(new.named()?).await;
        metrics.ordered(&end);
        Ok(placed(&end?))
    }

    /// Why the api should get no customers.
    pub(in crate::shop) async fn unready(&self) -> Option<String> {
        self.book.unready().await
    }

    /// What it knows of its orders.
    pub(in crate::shop) fn readings(&self) -> Vec<Reading> {
        let kept = |count| Reading {
            name: "shop_orders_kept",
            kind: "gauge",
            help: "Orders in memory.",
            value: count as u64,
        };
        self.book.count().map(kept).into_iter().collect()
    }
}
