//! The health service of tonic's own library, called like any other method.

use crate::{SOURCES, plain, program, scenario, went_well};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use support::Raw;
use tokio::net::TcpStream;
use tonic::codegen::Service;
use tonic_health::ServingStatus;
use tonic_health::pb::FILE_DESCRIPTOR_SET;
use tonic_health::server::health_reporter;
use tonic_reflection::server::Builder;

/// `shop.v1.Stock` does not serve; its own reflection tells the types.
fn server() -> Raw {
    Raw::start(|stream: TcpStream| async move {
        let (reporter, health) = health_reporter();
        reporter.set_service_status("shop.v1.Stock", ServingStatus::NotServing).await;
        let set = Builder::configure().register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET);
        let reflection = set.build_v1().unwrap();
        let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let (mut health, mut reflection) = (health.clone(), reflection.clone());
            async move {
                if request.uri().path().starts_with("/grpc.reflection.") {
                    reflection.call(request).await
                } else {
                    health.call(request).await
                }
            }
        });
        // However the client leaves is the test's business.
        let _ =
            http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
    })
}

#[test]
fn a_library_s_own_service_is_called_like_any_other() {
    let (program, server) = (program(), server());
    program.write("shop.binpb", FILE_DESCRIPTOR_SET);
    let steps = "
        - { grpc: grpc.health.v1.Health/Check, name: all, expect: { json: { $.status: { equals: SERVING } } } }
        - grpc: grpc.health.v1.Health/Check
          message: { service: shop.v1.Stock }
          expect: { json: { $.status: { equals: NOT_SERVING } } }
        - grpc: grpc.health.v1.Health/Check
          name: unknown
          message: { service: 'shop.v1.{{ uuid }}' }
          expect: { status: NOT_FOUND }";
    for types in SOURCES {
        went_well(&program.scenario(&scenario(&server.url(), &plain(types), steps)), 60);
    }
}
