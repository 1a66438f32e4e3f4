//! A server of the Model Context Protocol that is made with the protocol's own SDK, and what stands before it.

use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, server::conn::http1};
use hyper_util::rt::TokioIo;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
    JsonObject, ListToolsResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig,
    Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler};
use serde_json::json;
use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use support::Raw;
use tokio::net::TcpStream;

/// The revision without handshakes.
pub const MODERN: ProtocolVersion = ProtocolVersion::V_2026_07_28;

/// A shop whose tools find, order, and never come back.
#[derive(Clone)]
struct Shop {
    speaks: &'static [ProtocolVersion],
}

impl ServerHandler for Shop {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("shop", "1"))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(self.speaks)
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = |names: &[&'static str]| {
            let tool = |name: &&'static str| Tool::new(*name, "", JsonObject::new());
            ListToolsResult::with_all_items(names.iter().map(tool).collect())
        };
        match page.and_then(|page| page.cursor).as_deref() {
            None => Ok(ListToolsResult { next_cursor: Some("2".into()), ..tools(&["search", "wait"]) }),
            Some("2") => Ok(tools(&["order"])),
            Some(_) => Err(ErrorData::invalid_params("unknown page", None)),
        }
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let what = call.arguments.as_ref().and_then(|arguments| arguments.get("for")?.as_str());
        match call.name.as_ref() {
            "search" if what == Some("mug") => Ok(CallToolResult::structured(json!({ "total": 2 })).into()),
            "search" => Err(ErrorData::invalid_params("`for` is missing", None)),
            "order" => Ok(CallToolResult::error(vec![ContentBlock::text("out of mugs")]).into()),
            "wait" => std::future::pending().await,
            name => Err(ErrorData::invalid_params(format!("unknown tool: {name}"), None)),
        }
    }
}

/// Who is let in.
#[derive(Debug, Clone, Copy)]
pub enum Entry {
    /// Everybody.
    Open,
    /// Whoever has this token.
    Token(&'static str),
    /// Whoever asks for this host: the SDK's guard against rebound names.
    Host(&'static str),
}

/// The server, at `/mcp`, and the sessions that it has.
pub struct Sdk {
    port: Raw,
    sessions: Arc<LocalSessionManager>,
}

impl Sdk {
    /// One that speaks these revisions.
    pub fn start(speaks: &'static [ProtocolVersion], entry: Entry) -> Sdk {
        let sessions = Arc::new(LocalSessionManager::default());
        let config = match entry {
            Entry::Host(host) => StreamableHttpServerConfig::default().with_allowed_hosts([host]),
            Entry::Open | Entry::Token(_) => StreamableHttpServerConfig::default(),
        };
        let service = StreamableHttpService::new(move || Ok(Shop { speaks }), Arc::clone(&sessions), config);
        let port = Raw::start(move |stream: TcpStream| {
            let service = service.clone();
            let answering = service_fn(move |request| {
                let service = service.clone();
                async move { Ok::<_, Infallible>(answer(&service, request, entry).await) }
            });
            async move {
                // However the client leaves is the test's business.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answering).await;
            }
        });
        Sdk { port, sessions }
    }

    /// Its endpoint.
    pub fn url(&self) -> String {
        format!("{}/mcp", self.port.url())
    }

    /// How many sessions were not ended.
    pub fn sessions(&self) -> usize {
        self.sessions.sessions.blocking_read().len()
    }
}

/// What stands before the SDK: the way, and the lock.
async fn answer(
    service: &StreamableHttpService<Shop, LocalSessionManager>,
    request: Request<Incoming>,
    entry: Entry,
) -> Response<BoxBody<Bytes, Infallible>> {
    let refuse = |status: u16, more: &'static str| {
        let answer = Response::builder().status(status).header("www-authenticate", "Bearer realm=\"shop\"");
        answer.body(Full::from(more).boxed()).unwrap()
    };
    let given = request.headers().get("authorization").and_then(|given| given.to_str().ok());
    match entry {
        _ if request.uri().path() != "/mcp" => refuse(404, "nothing here"),
        Entry::Token(token) if given != Some(&format!("Bearer {token}")) => refuse(401, "who are you?"),
        _ => service.handle(request).await,
    }
}
