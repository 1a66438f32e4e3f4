//! A playground of one story, whose temporary files lie in a folder of the story's own.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{Program, Running};

/// The manifests of the shop.
pub const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/playground/manifests/shop");
/// No story waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(90);

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown")).with_own_tmp()
}

/// A playground in the foreground.
pub struct Up {
    pub running: Running,
    pub kubeconfig: PathBuf,
}

impl Up {
    /// With these arguments, as soon as there is a kubeconfig.
    pub fn start(program: &Program, args: &[&str]) -> Up {
        let running = program.start(&[&["playground", "up"], args].concat());
        let kubeconfig = running.prints("export KUBECONFIG=").into();
        Up { running, kubeconfig }
    }

    /// With the shop, ready; its hosts file is `hosts`.
    pub fn with_shop(program: &Program) -> Up {
        let up = Up::start(program, &["--manifests", SHOP, "-n", "shop", "--hosts", "hosts"]);
        up.running.says("all that was applied is ready");
        up
    }

    /// Where the API server listens.
    pub fn server(&self) -> SocketAddr {
        let text = fs::read_to_string(&self.kubeconfig).expect("the kubeconfig is there");
        let address = text.split_once("https://").map(|(_, rest)| rest);
        let address = address.and_then(|rest| rest.split(|c: char| c == '"' || c.is_whitespace()).next());
        address.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no address in {text}"))
    }
}

/// The address of a name in the hosts file that the playground keeps, at the shop's port.
pub fn address(program: &Program, name: &str) -> Option<SocketAddr> {
    let hosts = fs::read_to_string(program.folder().join("hosts")).ok()?;
    let line = hosts.lines().find(|line| line.split(' ').skip(1).any(|word| word == name))?;
    let ip = line.split(' ').next()?.parse().ok()?;
    Some(SocketAddr::new(ip, 8080))
}

/// The status with which `GET path` is answered; none when nobody answers.
pub fn status(at: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(at).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").as_bytes())
        .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    text.split(' ').nth(1)?.parse().ok()
}

/// Whether somebody could listen there now.
pub fn is_free(at: SocketAddr) -> bool {
    TcpListener::bind(at).is_ok()
}

/// Looks until it is so.
pub fn eventually(what: &str, mut look: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !look() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}
