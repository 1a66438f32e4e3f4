//! Smoke checks as somebody at a command line meets them: each kind against a real server, and what stands around all
//! of them. `UPDATE_GOLDEN=1 cargo test --test checks` writes the texts of failures anew; read the difference before
//! committing it.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "checks/access.rs"]
mod access;
#[path = "checks/amqp.rs"]
mod amqp;
#[path = "checks/around.rs"]
mod around;
#[path = "checks/by_hand.rs"]
mod by_hand;
#[path = "checks/command.rs"]
mod command;
#[path = "checks/dns.rs"]
mod dns;
#[path = "checks/dns_server.rs"]
mod dns_server;
#[path = "checks/endpoints.rs"]
mod endpoints;
#[path = "checks/events.rs"]
mod events;
#[path = "checks/golden.rs"]
mod golden;
#[path = "checks/grpc_health.rs"]
mod grpc_health;
#[path = "checks/hpa.rs"]
mod hpa;
#[path = "checks/http.rs"]
mod http;
#[path = "checks/hundred.rs"]
mod hundred;
#[path = "checks/ingress.rs"]
mod ingress;
#[path = "checks/ingress_request.rs"]
mod ingress_request;
#[path = "checks/init.rs"]
mod init;
#[path = "checks/interrupted.rs"]
mod interrupted;
#[path = "checks/job.rs"]
mod job;
#[path = "checks/killed.rs"]
mod killed;
#[path = "checks/leaks.rs"]
mod leaks;
#[path = "checks/mcp.rs"]
mod mcp;
#[path = "checks/mongo_login.rs"]
mod mongo_login;
#[path = "checks/mongo_server.rs"]
mod mongo_server;
#[path = "checks/mongodb.rs"]
mod mongodb;
#[path = "checks/nginx.rs"]
mod nginx;
#[path = "checks/openapi.rs"]
mod openapi;
#[path = "checks/pdb.rs"]
mod pdb;
#[path = "checks/place.rs"]
mod place;
#[path = "checks/postgres.rs"]
mod postgres;
#[path = "checks/prometheus.rs"]
mod prometheus;
#[path = "checks/rabbitmq.rs"]
mod rabbitmq;
#[path = "checks/rbac.rs"]
mod rbac;
#[path = "checks/redis.rs"]
mod redis;
#[path = "checks/rollout.rs"]
mod rollout;
#[path = "checks/same_words.rs"]
mod same_words;
#[path = "checks/schemes.rs"]
mod schemes;
#[path = "checks/secrets.rs"]
mod secrets;
#[path = "checks/sse.rs"]
mod sse;
#[path = "checks/tcp.rs"]
mod tcp;
#[path = "checks/tls.rs"]
mod tls;
#[path = "checks/watch.rs"]
mod watch;
#[path = "checks/websocket.rs"]
mod websocket;
