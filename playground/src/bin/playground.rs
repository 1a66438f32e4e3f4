//! The playground on its own, small, for its tests: `up` runs one with a Pod and a Service until it is killed,
//! `exec` runs a command in a Pod that does something else, `serve PORT` is a program for Pods, `supervise` is what
//! the cluster starts itself with.

use playground::api::ExecRequest;
use playground::cluster::Cluster;
use playground::node::{HostPrograms, NodeOptions, Supervisor};
use playground::resource::by_kind;
use playground::store::{Store, Write};
use playground::{Home, Options, Playground, Upkeep};
use serde_json::json;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["supervise", ..] => return playground::supervise(),
        ["serve", port] => serve(port),
        ["up", command @ ..] => up(command),
        ["exec", command @ ..] => exec(command),
        _ => Err("use: playground up COMMAND… | exec COMMAND… | serve PORT".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "playground: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A playground with one Pod that runs `command` and a Service over its port 8080, until the process is killed.
/// Prints a line: the playground's folder, where the Service is, and its node port.
fn up(command: &[&str]) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let upkeep = Upkeep::Whole(node_options()?);
        let playground = Playground::start(Options { upkeep, ..Options::default() }).await?;
        let (pods, services) =
            by_kind("v1", "Pod").zip(by_kind("v1", "Service")).ok_or("no pods and services")?;
        let program = command.first().ok_or("give a command")?;
        let container = json!({"name": "c", "image": format!("process:{program}"), "args": command[1..]});
        let labels = json!({"app": "one"});
        let pod = json!({"metadata": {"name": "one", "labels": labels}, "spec": {"containers": [container]}});
        playground.cluster().create(pods, "default", pod, Write::Commit)?;
        let spec = json!({"type": "NodePort", "selector": labels, "ports": [{"port": 8080}]});
        let service = json!({"metadata": {"name": "one"}, "spec": spec});
        let service = playground.cluster().create(services, "default", service, Write::Commit)?;
        let address = service["spec"]["clusterIP"].as_str().unwrap_or_default();
        let port = &service["spec"]["ports"][0]["nodePort"];
        let folder = playground.folder().display();
        writeln!(std::io::stdout(), "{folder} {address}:8080 127.0.0.1:{port}")?;
        std::future::pending::<()>().await;
        Ok(())
    })
}

/// Nodes with one Pod that sleeps, in which `command` runs, until the process is killed.
fn exec(command: &[&str]) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (cluster, home) = (Cluster::new(Store::new(1 << 20)), Home::create()?);
        let nodes = playground::node::start(&cluster, &home, node_options()?)?;
        let (namespaces, pods) =
            by_kind("v1", "Namespace").zip(by_kind("v1", "Pod")).ok_or("no namespaces and pods")?;
        cluster.create(namespaces, "", json!({"metadata": {"name": "default"}}), Write::Commit)?;
        let container = json!({"name": "c", "image": "process:/bin/sleep", "args": ["1000"]});
        let pod = json!({"metadata": {"name": "one"}, "spec": {"containers": [container]}});
        cluster.create(pods, "default", pod, Write::Commit)?;
        let start = loop {
            let pod = cluster.get(pods, "default", "one")?;
            let command = command.iter().map(|&word| word.to_owned()).collect();
            let request = ExecRequest { container: "c".to_owned(), command, stdin: true };
            match nodes.agent().exec(pod, request).await {
                Ok(start) => break start,
                // It does not run yet.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        let execution = start()?;
        execution.exit.await;
        Ok(())
    })
}

fn node_options() -> std::io::Result<NodeOptions> {
    let supervisor = Supervisor { program: std::env::current_exe()?, args: vec!["supervise".into()] };
    let mut options = NodeOptions::new(supervisor);
    options.host_programs = HostPrograms::Allowed;
    Ok(options)
}

/// Answers HTTP on the Pod's address: its name, or, for a path whose file is in its folder, 503 (`/ready` while
/// there is a file `ready`). `/set/NAME` and `/unset/NAME` make and remove the file, `/exit/CODE` ends it,
/// `/env/NAME` shows a variable.
fn serve(port: &str) -> Result<(), Box<dyn Error>> {
    let address: std::net::IpAddr = std::env::var("POD_IP")?.parse()?;
    let listener = TcpListener::bind((address, port.parse::<u16>()?))?;
    writeln!(std::io::stdout(), "listening on {address}:{port}")?;
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || while answer(&stream).unwrap_or(false) {});
    }
    Ok(())
}

fn answer(stream: &TcpStream) -> Result<bool, Box<dyn Error>> {
    let mut lines = BufReader::new(stream).lines();
    let Some(first) = lines.next().transpose()? else { return Ok(false) };
    for line in lines.by_ref() {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    let folder = PathBuf::from(std::env::var("HOME")?);
    let (code, body) = reply(&path, &folder)?;
    let length = body.len();
    let mut out = stream;
    write!(out, "HTTP/1.1 {code} X\r\nContent-Length: {length}\r\n\r\n{body}")?;
    Ok(true)
}

fn reply(path: &str, folder: &Path) -> Result<(u16, String), Box<dyn Error>> {
    let words: Vec<&str> = path.split('/').skip(1).collect();
    let name = std::env::var("HOSTNAME").unwrap_or_default();
    Ok(match words.as_slice() {
        ["exit", code] => std::process::exit(code.parse()?),
        ["env", variable] => (200, std::env::var(variable).unwrap_or_default()),
        ["set", file] => {
            std::fs::write(folder.join(file), "")?;
            (200, name)
        }
        ["unset", file] => {
            std::fs::remove_file(folder.join(file))?;
            (200, name)
        }
        [file] if !file.is_empty() && folder.join(file).is_file() => (503, name),
        _ => (200, name),
    })
}
