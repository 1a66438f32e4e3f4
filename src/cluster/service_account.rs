//! The connection of a program in a Pod, by the service account that is mounted into it.

use super::ClusterError;
use kube::Config;
use std::env;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The variable that names the folder, for Pods that mount it elsewhere.
pub const SERVICE_ACCOUNT: &str = "SHAKEDOWN_SERVICE_ACCOUNT";
/// The folder, where Kubernetes mounts it.
pub const USUAL_PLACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// How the server is to be reached, and as whom; `None` outside of a Pod. Errors: the account is not mounted whole.
///
/// `kube::Config::incluster` does the same for the usual folder alone.
pub(super) fn config() -> Option<Result<Config, ClusterError>> {
    let host = env::var("KUBERNETES_SERVICE_HOST").ok()?;
    let port = env::var("KUBERNETES_SERVICE_PORT").unwrap_or_default();
    let folder = env::var_os(SERVICE_ACCOUNT).map_or_else(|| PathBuf::from(USUAL_PLACE), PathBuf::from);
    Some(read(&host, &port, &folder).map_err(|why| ClusterError::Config { why }))
}

fn read(host: &str, port: &str, folder: &Path) -> Result<Config, String> {
    let file = |name: &str| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            format!(
                "the Pod's service account is not readable ({}: {error}); mount its token, or name the folder \
                 where it is in {SERVICE_ACCOUNT}",
                path.display()
            )
        });
        text.map(|text| (path, text.trim().to_owned()))
    };
    let (token, _) = file("token")?;
    let (certificate, _) = file("ca.crt")?;
    let (_, namespace) = file("namespace")?;
    let url = url(host, port).parse();
    let url = url.map_err(|error| format!("KUBERNETES_SERVICE_HOST and _PORT make no URL: {error}"))?;
    let mut config = Config::new(url);
    config.default_namespace = namespace;
    // Both are read again when they have been replaced.
    config.root_cert_file = Some(certificate);
    config.auth_info.token_file = Some(token.display().to_string());
    Ok(config)
}

fn url(host: &str, port: &str) -> String {
    match host.parse() {
        Ok(IpAddr::V6(address)) => format!("https://[{address}]:{port}"),
        _ => format!("https://{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_says_who_and_where() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read("10.0.0.1", "443", folder.path()).unwrap_err();
        assert!(missing.contains("/token: No such file"), "{missing}");
        assert!(missing.contains(SERVICE_ACCOUNT), "{missing}");
        for (name, text) in [("token", "t"), ("ca.crt", "c"), ("namespace", "shop\n")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let config = read("10.0.0.1", "6443", folder.path()).unwrap();
        assert_eq!(config.cluster_url.to_string(), "https://10.0.0.1:6443/");
        assert_eq!(config.default_namespace, "shop");
        let wrong = read("10.0.0.1", "", folder.path()).map(|config| config.cluster_url);
        assert!(wrong.is_err(), "{wrong:?}");
    }

    #[test]
    fn addresses_of_both_kinds_and_names() {
        for (host, expected) in [
            ("10.0.0.1", "https://10.0.0.1:443"),
            ("fd00::1", "https://[fd00::1]:443"),
            ("kubernetes.default.svc", "https://kubernetes.default.svc:443"),
        ] {
            assert_eq!(url(host, "443"), expected);
        }
    }
}
