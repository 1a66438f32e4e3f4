//! What is asked for, and where it is written.

use super::draft::draft;
use super::inventory::Inventory;
use super::openapi::{self, Document, Draft};
use crate::cli::Failure;
use crate::cli::telling::{print, tell};
use crate::cluster::{Access, Cluster};
use crate::run::Exit;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The small scenario: it runs against `shakedown shop`, and is easily changed.
const SMALL: &str = include_str!("small.yaml");

/// Where a first scenario comes from and where it goes.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Draft it from what is in a namespace
    #[arg(long, requires = "namespace")]
    from_cluster: bool,
    /// Draft it from an OpenAPI document, 3.0 or 3.1, JSON or YAML; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "from_cluster")]
    openapi: Option<PathBuf>,
    /// With --from-cluster: the namespace
    #[arg(long, short, value_name = "NS", requires = "from_cluster")]
    namespace: Option<String>,
    /// With --from-cluster: the context of the kubeconfig; else the current one
    #[arg(long, value_name = "C", requires = "from_cluster")]
    context: Option<String>,
    /// With --from-cluster: the kubeconfig; else the usual one
    #[arg(long, value_name = "FILE", requires = "from_cluster")]
    kubeconfig: Option<PathBuf>,
    /// The file to write, which must not exist; `-` is stdout
    #[arg(long, short, value_name = "FILE", default_value = "shakedown.yaml")]
    output: PathBuf,
}

/// Writes the scenario.
pub(in crate::cli) fn obey(args: &Args) -> Result<Exit, Failure> {
    if let Some(path) = &args.openapi {
        return from_openapi(path, &args.output);
    }
    if !args.from_cluster {
        return write(&args.output, SMALL);
    }
    let kubeconfig = args.kubeconfig.as_ref().map(std::fs::canonicalize).transpose();
    let kubeconfig = kubeconfig.map_err(|source| {
        let path = args.kubeconfig.clone().unwrap_or_default();
        Failure::Usage(format!("cannot read the kubeconfig {}: {source}", path.display()))
    })?;
    let access = Access {
        kubeconfig: kubeconfig.clone(),
        context: args.context.clone(),
        namespace: args.namespace.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "start the runtime", source })?;
    let text = runtime.block_on(async {
        let cluster = Cluster::connect(&access).await?;
        cluster.find_namespace().await?;
        let inventory = Inventory::read(&cluster).await?;
        draft(&inventory, kubeconfig.as_deref()).map_err(|left_out| nothing(&cluster, &left_out))
    })?;
    write(&args.output, &text)
}

/// A scenario that does nothing would be refused by everything that reads it.
fn nothing(cluster: &Cluster, left_out: &[String]) -> Failure {
    let left_out: Vec<String> = left_out.iter().map(|line| format!("\n- {line}")).collect();
    Failure::Usage(format!(
        "namespace {} has nothing that a scenario could be drafted from: no Deployment, no StatefulSet, no Service \
         before one; nothing was written{}",
        cluster.namespace(),
        left_out.concat()
    ))
}

fn from_openapi(path: &Path, output: &Path) -> Result<Exit, Failure> {
    let document = Document::load(path).map_err(|error| Failure::Usage(error.to_string()))?;
    let Draft { text, variables } =
        openapi::draft(&document).map_err(|error| Failure::Usage(error.to_string()))?;
    let exit = write(output, &text)?;
    if !variables.is_empty() && output != Path::new("-") {
        tell(format_args!("it needs these variables: {}", variables.join(", ")));
    }
    Ok(exit)
}

fn write(path: &Path, text: &str) -> Result<Exit, Failure> {
    if path == Path::new("-") {
        print(text)?;
        return Ok(Exit::Pass);
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let path = path.display();
            Failure::Usage(format!("{path} is there already; name another file with `-o`, or `-o -`"))
        }
        _ => {
            let path = path.display();
            Failure::Usage(format!("cannot write {path}: {source}; name another file with `-o`, or `-o -`"))
        }
    })?;
    let written = file.write_all(text.as_bytes());
    written.map_err(|source| {
        // Half a scenario is none, and would be in the way of the next try.
        let _ = std::fs::remove_file(path);
        Failure::Report { path: path.to_owned(), source }
    })?;
    let path = path.display();
    tell(format_args!(
        "{path} is written; read it, then `shakedown check {path}` and `shakedown run {path}`"
    ));
    Ok(Exit::Pass)
}
