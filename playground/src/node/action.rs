//! What probes and hooks do: an HTTP request, a TCP connection, a command.

use crate::node::context::Context;
use crate::node::process::{Process, Program, Streams};
use crate::object;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Carries out the action that `holder` names (`httpGet`, `tcpSocket`, `exec`, `sleep`); an error in words when
/// it fails or takes longer than `limit`.
pub(super) async fn perform(
    context: &Context,
    container: &Value,
    program: &Program,
    holder: &Value,
    limit: Duration,
) -> Result<(), String> {
    let action = async {
        if let Some(wanted) = holder.get("httpGet") {
            http_get(context, container, wanted).await
        } else if let Some(wanted) = holder.get("tcpSocket") {
            connect(context, container, wanted).await.map(drop)
        } else if let Some(wanted) = holder.get("exec") {
            exec(context, program, wanted).await
        } else if let Some(wanted) = holder.get("sleep") {
            tokio::time::sleep(Duration::from_secs(wanted["seconds"].as_u64().unwrap_or(0))).await;
            Ok(())
        } else {
            Err("the playground probes by httpGet, tcpSocket and exec only".to_owned())
        }
    };
    let late = |_| format!("context deadline exceeded: no answer within {} s", limit.as_secs_f64());
    tokio::time::timeout(limit, action).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

async fn connect(context: &Context, container: &Value, wanted: &Value) -> Result<TcpStream, String> {
    let host = match object::text(wanted, "/host") {
        "" => context.lease.address().to_string(),
        other => other.to_owned(),
    };
    let port = port(container, &wanted["port"]).ok_or_else(|| format!("no port {}", wanted["port"]))?;
    let failed = |error| format!("dial tcp {host}:{port}: connect: {error}");
    TcpStream::connect((host.as_str(), port)).await.map_err(failed)
}

/// A port by number, or by its name among the container's ports.
fn port(container: &Value, wanted: &Value) -> Option<u16> {
    let number = wanted.as_u64().or_else(|| wanted.as_str()?.parse().ok()).or_else(|| {
        let ports = container["ports"].as_array()?;
        ports.iter().find(|one| one["name"] == *wanted)?["containerPort"].as_u64()
    });
    u16::try_from(number?).ok()
}

async fn http_get(context: &Context, container: &Value, wanted: &Value) -> Result<(), String> {
    if wanted["scheme"] == "HTTPS" {
        return Err("the playground probes HTTP only; use scheme HTTP or tcpSocket".to_owned());
    }
    let path = Some(object::text(wanted, "/path")).filter(|path| !path.is_empty()).unwrap_or("/");
    let mut stream =
        connect(context, container, wanted).await.map_err(|why| format!("Get \"{path}\": {why}"))?;
    let address = stream.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    let given = wanted["httpHeaders"].as_array().into_iter().flatten();
    let mut headers: Vec<(String, String)> = given
        .map(|header| (object::text(header, "/name").to_owned(), object::text(header, "/value").to_owned()))
        .collect();
    for (name, value) in [("Host", address.as_str()), ("User-Agent", "kube-probe/1.36"), ("Accept", "*/*")] {
        if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let lines = lines.join("\r\n");
    let request = format!("GET {path} HTTP/1.1\r\n{lines}\r\nConnection: close\r\n\r\n");
    let failed = |error: std::io::Error| format!("Get \"http://{address}{path}\": {error}");
    stream.write_all(request.as_bytes()).await.map_err(failed)?;
    // "HTTP/1.1 200" is all that matters.
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.map_err(failed)?;
    let code = std::str::from_utf8(&line[9..]).ok().and_then(|code| code.parse::<u16>().ok());
    match code {
        Some(200..=399) => Ok(()),
        Some(code) => Err(format!("HTTP probe failed with statuscode: {code}")),
        None => Err(format!("Get \"http://{address}{path}\": malformed HTTP response")),
    }
}

async fn exec(context: &Context, program: &Program, wanted: &Value) -> Result<(), String> {
    let words = wanted["command"].as_array().into_iter().flatten();
    let command: Vec<String> = words.map(|word| word.as_str().unwrap_or_default().to_owned()).collect();
    let program = program.running(&command);
    let started = Process::start(&context.shared.supervisor, &program, Streams::Output);
    let mut process = started.map_err(|error| error.to_string())?;
    let (out, err) = process.output();
    let (out, err, code) = tokio::join!(text(out), text(err), process.wait());
    if code == 0 {
        Ok(())
    } else {
        Err(format!("command exited with {code}: {out}{err}").trim_end().to_owned())
    }
}

/// The first part of what is printed; the rest is read and dropped, so that the program is not stopped by it.
async fn text(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = (&mut pipe).take(4096).read_to_end(&mut kept).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    String::from_utf8_lossy(&kept).into_owned()
}
