//! A shop that speaks gRPC: its messages are made of the same descriptor set, its reflection is tonic's.

use crate::SHOP;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost_reflect::prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use support::Raw;
use tokio::net::TcpStream;
use tonic::Status;
use tonic::codegen::Service;
use tonic_reflection::server::Builder;

type Body = UnsyncBoxBody<Bytes, Status>;

/// Which version of reflection a server has.
#[derive(Clone, Copy, PartialEq)]
pub enum Reflection {
    None,
    V1,
    V1Alpha,
}

/// A call as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub message: serde_json::Value,
}

/// The shop.
pub struct Orders {
    raw: Raw,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Orders {
    pub fn start(reflection: Reflection) -> Orders {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let all = seen.clone();
        let raw = Raw::start(move |stream: TcpStream| {
            let all = all.clone();
            async move {
                let service = service_fn(move |request| answer(request, reflection, all.clone()));
                // However the client leaves is the test's business.
                let _ = http2::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        });
        Orders { raw, seen }
    }

    pub fn url(&self) -> String {
        self.raw.url()
    }

    /// The calls so far, in their order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(
    request: Request<Incoming>,
    reflection: Reflection,
    seen: Arc<Mutex<Vec<Seen>>>,
) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path().to_owned();
    let set = Builder::configure().register_encoded_file_descriptor_set(SHOP);
    match reflection {
        Reflection::V1 if path.starts_with("/grpc.reflection.v1.") => {
            return Ok(set.build_v1().unwrap().call(request).await.unwrap().map(BodyExt::boxed_unsync));
        }
        Reflection::V1Alpha if path.starts_with("/grpc.reflection.v1alpha.") => {
            return Ok(set.build_v1alpha().unwrap().call(request).await.unwrap().map(BodyExt::boxed_unsync));
        }
        _ => {}
    }
    let (name, reply) = match path.as_str() {
        "/shop.v1.Orders/Create" => ("shop.v1.Order", "shop.v1.Created"),
        "/shop.v1.Orders/Get" => ("shop.v1.Wanted", "shop.v1.Order"),
        _ => return Ok(ended("12", "no such method")),
    };
    let headers = request.headers().clone();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let types = DescriptorPool::decode(SHOP).unwrap();
    let kind = |name| types.get_message_by_name(name).unwrap();
    let message = DynamicMessage::decode(kind(name), body.slice(5..)).unwrap();
    let message = serde_json::to_value(&message).unwrap();
    let sku = message["sku"].as_str().unwrap_or_default().to_owned();
    seen.lock().unwrap().push(Seen { path, headers, message: message.clone() });
    let created = || match name {
        "shop.v1.Order" => serde_json::json!({ "id": "7", "order": message }),
        _ => serde_json::json!({ "sku": format!("of {}", message["id"].as_str().unwrap_or("0")) }),
    };
    Ok(match special(&sku).await {
        Some(response) => response,
        None => {
            went_well(frame(0, &DynamicMessage::deserialize(kind(reply), created()).unwrap().encode_to_vec()))
        }
    })
}

/// What the shop does for some articles.
async fn special(sku: &str) -> Option<Response<Body>> {
    let head = |kind: &str| Response::builder().header("content-type", kind);
    let of = |text: &'static str| full(Bytes::from_static(text.as_bytes()));
    Some(match sku {
        "unknown" => ended("5", "no k%C3%A4se%0Ahere"),
        "late" => ended("4", "took too long"),
        "odd" => ended("99", ""),
        "no number" => ended("soon", ""),
        "silent" => std::future::pending().await,
        "empty" => went_well(Bytes::new()),
        "two" => went_well([frame(0, b""), frame(0, b"")].concat().into()),
        "packed" => went_well(frame(1, b"\x1f\x8b")),
        "cut" => went_well(frame(0, b"\x08\x07").slice(..6)),
        "nonsense" => went_well(frame(0, b"\xff\xff\xff")),
        "page" => head("text/html").body(of("<h1>shop</h1>")).unwrap(),
        "gateway" => head("text/plain").status(503).body(of("nobody there")).unwrap(),
        "no status" => head("application/grpc").body(of("")).unwrap(),
        _ => return None,
    })
}

fn full(body: Bytes) -> Body {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}

fn frame(flag: u8, message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(flag);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(message);
    frame.freeze()
}

/// An answer whose status stands behind its body.
fn went_well(body: Bytes) -> Response<Body> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    trailers.insert("x-cost", HeaderValue::from_static("3"));
    let body = Full::new(body).with_trailers(async { Some(Ok(trailers)) });
    Response::builder()
        .header("content-type", "application/grpc+proto")
        .header("x-shop", "berlin")
        .body(body.map_err(|never| match never {}).boxed_unsync())
        .unwrap()
}

/// An answer that is its status alone.
fn ended(status: &str, message: &str) -> Response<Body> {
    Response::builder()
        .header("content-type", "application/grpc")
        .header("grpc-status", status)
        .header("grpc-message", message)
        .body(full(Bytes::new()))
        .unwrap()
}
