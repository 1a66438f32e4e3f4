//! Small servers of the Model Context Protocol, one of each era, that hold clients to its rules.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use support::{Answer, Seen};

pub fn rpc(status: u16, body: &str) -> Answer {
    Answer::status(status).header("content-type", "application/json").body(body.to_owned())
}

/// The result of a request that every era has, or its error.
fn result(method: &str, params: &Value) -> Result<Value, Value> {
    let tool = |name: &str| json!({ "name": name, "inputSchema": { "type": "object" } });
    match (method, params["name"].as_str(), params["cursor"].as_str()) {
        ("tools/list", _, None) => {
            Ok(json!({ "tools": [tool("search"), tool("cancel")], "nextCursor": "2" }))
        }
        ("tools/list", _, Some("2")) => Ok(json!({ "tools": [tool("order")] })),
        ("tools/call", Some("search"), _) => Ok(json!({
            "content": [{ "type": "text", "text": "2 found" }], "structuredContent": { "total": 2 },
        })),
        ("tools/call", Some("order"), _) => {
            Ok(json!({ "content": [{ "type": "text", "text": "out of mugs" }], "isError": true }))
        }
        ("tools/call", ..) => Err(json!({ "code": -32602, "message": "unknown tool" })),
        _ => Err(json!({ "code": -32601, "message": "method not found" })),
    }
}

fn envelope(id: &Value, result: Result<Value, Value>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
    }
}

/// The revision 2026-07-28: every request carries all that is needed.
pub fn modern(seen: &Seen) -> Answer {
    let Ok(message) = serde_json::from_slice::<Value>(&seen.body) else { return Answer::status(405) };
    let (method, params) = (message["method"].as_str().unwrap_or_default(), &message["params"]);
    let version = params["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
    let named = method != "tools/call" || Some(seen.header("mcp-name")) == params["name"].as_str();
    let fits =
        version == Some(seen.header("mcp-protocol-version")) && seen.header("mcp-method") == method && named;
    if !fits || !params["_meta"]["io.modelcontextprotocol/clientCapabilities"].is_object() {
        let error = json!({ "code": -32020, "message": "headers and body differ" });
        return rpc(400, &envelope(&message["id"], Err(error)).to_string());
    }
    if method == "server/discover" {
        let said = json!({
            "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} },
            "_meta": { "io.modelcontextprotocol/serverInfo": { "name": "shop", "version": "1" } },
        });
        return rpc(200, &envelope(&message["id"], Ok(said)).to_string());
    }
    let answer = envelope(&message["id"], result(method, params));
    // A stream is allowed too, with whatever else comes before the answer.
    let before = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#;
    let stream = format!(": alive\n\ndata: {before}\n\nevent: message\r\ndata: {answer}\r\n\r\n");
    Answer::ok(stream).header("content-type", "text/event-stream")
}

/// The revisions from 2025-03-26 to 2025-11-25: a handshake, and a session that every request has to name.
pub fn streamable(version: &'static str) -> impl Fn(&Seen) -> Answer + Send + Sync {
    move |seen| {
        let message: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
        let method = message["method"].as_str().unwrap_or_default();
        if method == "initialize" {
            let said = json!({
                "protocolVersion": version, "capabilities": { "tools": {} },
                "serverInfo": { "name": "shop", "version": "1" },
            });
            return rpc(200, &envelope(&message["id"], Ok(said)).to_string()).header("mcp-session-id", "s-1");
        }
        let announced = if version >= "2025-06-18" { version } else { "" };
        if seen.header("mcp-session-id") != "s-1" || seen.header("mcp-protocol-version") != announced {
            return Answer::status(400).body("no session");
        }
        match method {
            "" => Answer::status(204),
            "notifications/initialized" => Answer::status(202),
            _ => {
                let answer = envelope(&message["id"], result(method, &message["params"])).to_string();
                if version < "2025-11-25" {
                    return rpc(200, &answer);
                }
                // An event without data says first from where a lost stream could go on.
                let stream = format!("id: 1\nretry: 3000\ndata:\n\nid: 2\ndata: {answer}\n\n");
                Answer::ok(stream).header("content-type", "text/event-stream")
            }
        }
    }
}

/// The revision 2024-11-05: answers come on a stream that is opened first.
pub struct Old {
    address: SocketAddr,
}

impl Old {
    pub fn start() -> Old {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stream: Arc<Mutex<Option<TcpStream>>> = Arc::default();
        // It ends with the test's process.
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let stream = Arc::clone(&stream);
                thread::spawn(move || serve(connection, &stream));
            }
        });
        Old { address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Serves the requests of one connection until it closes or becomes the stream.
fn serve(connection: TcpStream, stream: &Mutex<Option<TcpStream>>) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut writer = connection;
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_ascii_lowercase());
        }
        let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        if lines[0].starts_with("get /sse ") {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            write!(writer, "{head}event: endpoint\ndata: /messages?session=1\n\n").ok()?;
            *stream.lock().ok()? = Some(writer.try_clone().ok()?);
        } else if lines[0].starts_with("post /messages?session=1 ") {
            write!(writer, "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").ok()?;
            let message: Value = serde_json::from_slice(&body).ok()?;
            let method = message["method"].as_str()?;
            if message["id"].is_null() {
                continue;
            }
            let said = match method {
                "initialize" => Ok(json!({
                    "protocolVersion": "2024-11-05", "capabilities": {}, "serverInfo": { "name": "shop" },
                })),
                _ => result(method, &message["params"]),
            };
            let answer = envelope(&message["id"], said);
            write!(stream.lock().ok()?.as_mut()?, "event: message\ndata: {answer}\n\n").ok()?;
        } else {
            write!(writer, "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").ok()?;
        }
    }
}
