//! What the README promises is what the repository does.

use std::path::Path;
use std::{fs, io};

fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
}

/// The commands of the fenced block that follows a heading, one a line.
fn commands<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let after =
        text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with("## "));
    after.skip_while(|line| *line != "```sh").skip(1).take_while(|line| *line != "```").collect()
}

/// Paths in `](…)` that are not addresses.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#'))
}

#[test]
fn ci_runs_the_test_command_of_the_readme() -> io::Result<()> {
    let readme = read("README.md")?;
    let tests = commands(&readme, "## Test");
    assert_eq!(tests.len(), 1, "one command under `## Test`: {tests:?}");
    let step = format!("step {}", tests[0]);
    let ci = read(".ci/run")?;
    assert!(ci.lines().any(|line| line == step), ".ci/run has no line `{step}`");
    assert!(read(".github/workflows/ci.yml")?.lines().any(|line| line.trim() == "run: .ci/run"));
    Ok(())
}

#[test]
fn links_lead_somewhere() -> io::Result<()> {
    for (folder, page) in [("", "README.md"), ("", "CHANGELOG.md"), ("docs/decisions", "index.md")] {
        let text = read(format!("{folder}/{page}").trim_start_matches('/'))?;
        for link in links(&text) {
            let file = link.split('#').next().unwrap_or(link);
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file);
            assert!(path.exists(), "{folder}/{page} links to `{link}`, which is not there");
        }
    }
    Ok(())
}

#[test]
fn every_decision_is_in_the_index() -> io::Result<()> {
    let index = read("docs/decisions/index.md")?;
    let linked: Vec<&str> = links(&index).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/decisions"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        assert!(
            name == "index.md" || linked.contains(&name.as_str()),
            "{name} is not in docs/decisions/index.md"
        );
    }
    Ok(())
}

#[test]
fn a_block_ends_where_it_ends() {
    let text = "## Run\n```sh\na\n```\n## Test\nsome words\n```sh\nb --c\n```\n```sh\nd\n```\n";
    assert_eq!(commands(text, "## Test"), ["b --c"]);
    assert_eq!(commands(text, "## Run"), ["a"]);
    assert_eq!(commands("## Test\n\n## Other\n```sh\na\n```", "## Test"), [""; 0]);
    assert_eq!(
        links("[a](b.md) [c](https://d) [e](#f) [g](h/i.md#j)").collect::<Vec<_>>(),
        ["b.md", "h/i.md#j"]
    );
}
