//! The scenario, section by section.

use super::chain::{Chain, chains};
use super::document::{Document, OpenapiError};
use super::keys::Keys;
use super::operation::operations;
use super::part::Part;
use super::template::plain;
use super::tree::Branch;
use crate::cli::init::text::{comment, short};
use crate::cli::yaml::quoted;
use http::Uri;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// Where it goes when the document does not say.
const NOWHERE: &str = "http://127.0.0.1:8080";

/// A drafted scenario.
#[derive(Debug)]
pub(in crate::cli) struct Draft {
    /// Its text.
    pub(in crate::cli) text: String,
    /// The variables of the environment that have to be set.
    pub(in crate::cli) variables: Vec<String>,
}

/// A scenario of a document, with comments for whoever changes it. Errors: nothing could be made of it.
pub(in crate::cli) fn draft(document: &Document) -> Result<Draft, OpenapiError> {
    let root = document.root();
    let mut notes = root.dangling();
    let tree = Branch::root(operations(&root, &mut notes));
    let mut keys = Keys::new(&root);
    let chains = chains(&tree, &mut keys, &mut notes);
    if chains.is_empty() {
        notes.extend(notes.is_empty().then(|| "it describes none".to_owned()));
        return Err(OpenapiError::Nothing { name: document.name.clone(), why: once(&notes) });
    }
    notes.extend(
        root.get("webhooks")
            .map(|_| "what the service sends by itself: nothing was made of it (#/webhooks)".to_owned()),
    );
    let variables: Vec<String> = keys.variables.values().cloned().collect();
    let mut text = vec![head(document, &root, &chains, &variables), target(&root), vars(&keys.variables)];
    text.extend([smoke(&chains), load(&chains), gates()]);
    let notes = once(&notes);
    if !notes.is_empty() {
        text.push("\n# Not understood, or left out:\n".to_owned());
        text.push(comment(&notes.iter().map(|note| format!("- {note}")).collect::<Vec<_>>(), ""));
    }
    Ok(Draft { text: text.concat(), variables })
}

/// Each note once, in order.
fn once(notes: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for note in notes.iter().map(|note| short(note)) {
        if !all.contains(&note) {
            all.push(note);
        }
    }
    all
}

fn head(document: &Document, root: &Part<'_>, chains: &[Chain], variables: &[String]) -> String {
    let info = |key: &str| root.get("info").and_then(|info| info.text(key)).map(short).unwrap_or_default();
    let title = Some(info("title")).filter(|title| !title.is_empty()).unwrap_or_else(|| "api".to_owned());
    let mut lines = vec![
        format!(
            "Drafted by `shakedown init --openapi` from {}: {title} {}",
            short(&document.name),
            info("version")
        ),
        "Read it, change it, keep it: it says what the document promises, not what matters.".to_owned(),
    ];
    if !chains.iter().all(Chain::is_harmless) {
        lines.push(
            "Steps with `changes data` do that, as often as the load goes by: run it where that may be."
                .to_owned(),
        );
    }
    if !variables.is_empty() {
        let all: Vec<String> = variables.iter().map(|name| format!("{name}=…")).collect();
        lines.push(format!("Before it can run: export {}", all.join(" ")));
    }
    let description = format!("What {title} promises holds, also under a little load.");
    format!(
        "{}scenario: {}\ndescription: {}\n",
        comment(&lines, ""),
        quoted(&plain(&title)),
        quoted(&plain(&description))
    )
}

/// Where requests go: the first server that is a URL, its variables put in.
fn target(root: &Part<'_>) -> String {
    let servers = root.get("servers").map(|servers| servers.items()).unwrap_or_default();
    let all: Vec<String> = servers.iter().filter_map(address).collect();
    let base = Url::parse(NOWHERE).ok();
    let whole = |text: &String| {
        let url = Url::options().base_url(base.as_ref()).parse(text).ok()?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let is_web = ["http", "https"].contains(&url.scheme()) && url.has_host() && url.password().is_none();
        let names_host = Url::parse(text).is_ok();
        // A variable without a default, `https://{region}.example.org`, is a host for browsers alone.
        let is_host = Uri::try_from(url.as_str()).is_ok();
        (is_plain && is_web && is_host).then(|| (url.as_str().trim_end_matches('/').to_owned(), names_host))
    };
    let (url, names_host) = all.iter().find_map(whole).unwrap_or_else(|| (NOWHERE.to_owned(), false));
    let why = if names_host { "" } else { "          # the document names no host: put yours here" };
    format!("target:\n  http: {}{why}\n", quoted(&plain(&url)))
}

fn address(server: &Part<'_>) -> Option<String> {
    let mut url = server.text("url")?.to_owned();
    for (name, variable) in server.get("variables").map(|all| all.entries()).unwrap_or_default() {
        url = url.replace(&format!("{{{name}}}"), variable.text("default").unwrap_or_default());
    }
    Some(url)
}

fn vars(variables: &BTreeMap<String, String>) -> String {
    let line = |(own, name): (&String, &String)| format!("  {own}: \"${{env:{name}}}\"\n");
    let lines: String = variables.iter().map(line).collect();
    if lines.is_empty() { lines } else { format!("vars:\n{lines}") }
}

/// Every request that changes nothing and needs nothing of another.
fn smoke(chains: &[Chain]) -> String {
    let steps = chains.iter().flat_map(|chain| &chain.steps);
    let mut names = BTreeSet::new();
    let harmless = steps.filter(|step| step.method.is_harmless() && !step.is_captured);
    let checks: Vec<String> = harmless
        .filter(|step| names.insert(step.line()))
        .map(|step| format!("  - eventually: 30s\n    http:\n{}", step.alone("      ")))
        .collect();
    let checks = checks.concat();
    if checks.is_empty() {
        checks
    } else {
        format!("smoke:          # asked before the load and after it\n{checks}")
    }
}

fn load(chains: &[Chain]) -> String {
    let only_probes = chains.iter().all(|chain| chain.is_probe);
    let journeys: String =
        chains.iter().filter(|chain| only_probes || !chain.is_probe).map(journey).collect();
    format!(
        "load:
  # A little of it. Make it as much as your users do, and the weights as they do it.
  profile: {{ baseline: {{ base: 20/s, ramp: 2s, hold: 20s }} }}
  journeys:
{journeys}"
    )
}

fn journey(chain: &Chain) -> String {
    let weight = if chain.is_harmless() { 4 } else { 1 };
    let steps: String = chain.steps.iter().map(|step| step.item("        ")).collect();
    let stays =
        if chain.leaves_something { "          # what it makes stays: nothing deletes it" } else { "" };
    format!("    - name: {}{stays}\n      weight: {weight}\n      steps:\n{steps}", quoted(&chain.name))
}

fn gates() -> String {
    "gates:                        # what must hold, or the exit code is not 0
  - error_rate < 1%
  - p99 <= 500ms\n"
        .to_owned()
}
