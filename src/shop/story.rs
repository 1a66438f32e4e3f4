//! The shop as its customers see it: over real sockets.

use super::{Door, Shop, ShopError};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// An open shop and a client for it.
pub(super) struct Open {
    pub(super) addr: SocketAddr,
    pub(super) client: Client,
    pub(super) close: oneshot::Sender<()>,
    pub(super) served: JoinHandle<Result<(), ShopError>>,
}

impl Open {
    pub(super) async fn shop() -> Open {
        let shop = Shop::alone(&door(SocketAddr::from(([127, 0, 0, 1], 0)))).await.unwrap();
        let addr = shop.addr();
        let (close, closed) = oneshot::channel();
        let served = tokio::spawn(shop.serve(async { closed.await.unwrap_or_default() }));
        // No certificates at all: a machine without them must be able to run this too.
        let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Open { addr, client, close, served }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.client.get(self.url(path)).send().await.unwrap()).await
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        read(self.client.post(self.url("/orders")).body(body).send().await.unwrap()).await
    }

    pub(super) async fn order(&self, order: Value) -> (StatusCode, Value) {
        self.post(order.to_string()).await
    }
}

/// A door that closes at once and names nobody.
fn door(listen: SocketAddr) -> Door {
    Door { listen, drain: Duration::ZERO, served_by: None }
}

async fn read(response: reqwest::Response) -> (StatusCode, Value) {
    let status = response.status();
    assert_eq!(response.headers()["content-type"], "application/json");
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_customer_looks_around_and_orders() {
    let open = Open::shop().await;
    let (status, list) = open.get("/products").await;
    assert_eq!((status, &list["total"]), (StatusCode::OK, &json!(24)));
    let (_, found) = open.get("/products?q=brass%20sextant").await;
    let product = &found["products"][0];
    let (_, same) = open.get(&format!("/products/{}", product["id"])).await;
    assert_eq!(product, &same);

    let (status, order) = open.order(json!({ "sku": product["sku"], "quantity": 2 })).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, read_back) = open.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!((status, read_back), (StatusCode::OK, order.clone()));
    let (_, orders) = open.get("/orders").await;
    assert_eq!(orders, json!({ "total": 1, "orders": [order] }));
}

#[tokio::test]
async fn an_order_may_be_repeated_under_its_own_id() {
    let open = Open::shop().await;
    let order = json!({ "id": "ledger-1", "sku": "lantern" });
    let (first, created) = open.order(order.clone()).await;
    let (second, repeated) = open.order(order).await;
    assert_eq!((first, second), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(created, repeated);
    let (other, error) = open.order(json!({ "id": "ledger-1", "sku": "fender" })).await;
    assert_eq!((other, &error["error"]["code"]), (StatusCode::CONFLICT, &json!("conflict")));
    assert_eq!(open.get("/orders?limit=5").await.1["total"], 1);
}

#[tokio::test]
async fn every_no_has_a_status_a_code_and_a_next_move() {
    let open = Open::shop().await;
    let reads = [
        ("/", 404, "no_route"),
        ("/products/99", 404, "not_found"),
        ("/orders/none", 404, "not_found"),
        ("/orders/none/events", 404, "not_found"),
        ("/live", 426, "no_upgrade"),
        ("/orders?limit=0", 400, "bad_limit"),
        ("/orders?limit=many", 400, "bad_limit"),
    ];
    for (path, status, code) in reads {
        let (got, body) = open.get(path).await;
        assert_eq!((got.as_u16(), body["error"]["code"].as_str()), (status, Some(code)), "{path}");
        assert!(body["error"]["message"].as_str().is_some_and(|text| text.len() > 10), "{path}: {body}");
    }
    let long = format!("{{\"sku\":\"{}\"}}", "x".repeat(20_000));
    let orders = [
        ("", 400, "bad_body"),
        ("{\"sku\":1}", 400, "bad_body"),
        ("{\"sku\":\"sextant\",\"colour\":1}", 400, "bad_body"),
        ("{\"sku\":\"kraken\"}", 422, "unknown_sku"),
        ("{\"sku\":\"sextant\",\"quantity\":0}", 422, "bad_quantity"),
        ("{\"sku\":\"sextant\",\"id\":\"a b\"}", 422, "bad_id"),
        (&long, 413, "too_large"),
    ];
    for (body, status, code) in orders {
        let (got, answer) = open.post(body.to_owned()).await;
        assert_eq!((got.as_u16(), answer["error"]["code"].as_str()), (status, Some(code)), "{body:.60}");
    }
    let wrong = open.client.delete(open.url("/orders")).send().await.unwrap();
    assert_eq!(
        (wrong.status().as_u16(), &wrong.headers()["allow"]),
        (405, &"GET, HEAD, POST".parse().unwrap())
    );
}

#[tokio::test]
async fn it_tells_its_health_and_counts_itself() {
    let open = Open::shop().await;
    open.order(json!({ "sku": "fender" })).await;
    for path in ["/health", "/health/live"] {
        assert_eq!(open.get(path).await, (StatusCode::OK, json!({ "status": "ok" })));
    }
    for path in ["/ready", "/health/ready"] {
        assert_eq!(open.get(path).await, (StatusCode::OK, json!({ "status": "ready" })));
    }
    open.get("/products/1").await;
    open.get("/products/2").await;
    open.get("/nowhere").await;
    let page = open.client.get(open.url("/metrics")).send().await.unwrap().text().await.unwrap();
    for line in [
        "shop_http_requests_total{route=\"/products/{id}\",code=\"200\"} 2",
        "shop_http_requests_total{route=\"/orders\",code=\"201\"} 1",
        "shop_http_requests_total{route=\"unknown\",code=\"404\"} 1",
        "shop_http_request_duration_seconds_count{route=\"/products/{id}\"} 2",
        "shop_orders_total{end=\"created\"} 1",
        "shop_orders_kept 1",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
}

#[tokio::test]
async fn it_speaks_http_2_on_the_same_port() {
    let open = Open::shop().await;
    let client = Client::builder().no_proxy().tls_certs_only([]).http2_prior_knowledge().build().unwrap();
    let response = client.get(open.url("/products/22")).send().await.unwrap();
    assert_eq!((response.version(), response.status()), (reqwest::Version::HTTP_2, StatusCode::OK));
    assert!(response.text().await.unwrap().contains("Brass sextant"));
}

#[tokio::test]
async fn it_closes_while_a_customer_keeps_a_connection_open() {
    let open = Open::shop().await;
    open.get("/health").await;
    open.close.send(()).unwrap();
    open.served.await.unwrap().unwrap();
    let after = open.client.get(format!("http://{}/health", open.addr)).send().await.unwrap_err();
    assert!(after.is_connect(), "{after:?}");
}

#[tokio::test]
async fn an_order_that_is_under_way_when_the_shop_closes_is_still_taken() {
    let open = Open::shop().await;
    let mut stream = TcpStream::connect(open.addr).await.unwrap();
    let body = "{\"sku\":\"fender\"}";
    let head = format!(
        "POST /orders HTTP/1.1\r\nhost: shop\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    open.close.send(()).unwrap();
    while TcpStream::connect(open.addr).await.is_ok() {}
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    open.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_taken_address_is_an_error_that_names_it() {
    let open = Open::shop().await;
    let error = Shop::alone(&door(open.addr)).await.unwrap_err();
    assert!(matches!(error, ShopError::Listen { addr, .. } if addr == open.addr), "{error}");
}

#[tokio::test]
async fn a_customer_logs_in_and_is_known() {
    let open = Open::shop().await;
    let login = |form: &'static str| open.client.post(open.url("/login")).body(form).send();
    let (status, refused) = read(login("user=pat&password=guess").await.unwrap()).await;
    assert_eq!((status, &refused["error"]["code"]), (StatusCode::FORBIDDEN, &json!("wrong_password")));
    let (status, refused) = read(login("user=%2F&password=ahoy").await.unwrap()).await;
    assert_eq!((status, &refused["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("bad_login")));

    let response = login("user=pat&password=ahoy").await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let (_, known) = read(response).await;
    assert_eq!(
        (known["user"].as_str(), cookie.split_once('=').unwrap().1),
        (Some("pat"), known["token"].as_str().unwrap())
    );

    assert_eq!(open.get("/account").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(open.get("/login").await.0, StatusCode::METHOD_NOT_ALLOWED);
    let account = open.client.get(open.url("/account")).header("cookie", format!("a=b; {cookie}")).send();
    assert_eq!(read(account.await.unwrap()).await, (StatusCode::OK, json!({ "user": "pat" })));
}
