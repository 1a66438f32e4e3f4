//! The `Dockerfile` keeps what it promises; with `SHAKEDOWN_TEST_DOCKER=1` and a docker, the image is built and run.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The instructions: their word and the rest, continued lines joined, comments left out.
fn instructions() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(format!("{ROOT}/Dockerfile")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let whole = joined.lines().filter_map(|line| line.trim().split_once(' '));
    whole.map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect()
}

/// Those of the last stage.
fn last_stage() -> Vec<(String, String)> {
    let all = instructions();
    let begin = all.iter().rposition(|(word, _)| word == "FROM").unwrap();
    all[begin..].to_vec()
}

fn only(word: &str) -> String {
    let found: Vec<_> = last_stage().into_iter().filter(|(one, _)| one == word).collect();
    assert_eq!(found.len(), 1, "{word}: {found:?}");
    found[0].1.clone()
}

#[test]
fn the_image_holds_nothing_but_what_was_built() {
    assert_eq!(only("FROM"), "scratch");
    let words: Vec<String> = last_stage().into_iter().map(|(word, _)| word).collect();
    assert!(!words.iter().any(|word| word == "RUN" || word == "ADD"), "{words:?}");
}

#[test]
fn what_it_is_built_with_has_a_version() {
    let bases: Vec<String> =
        instructions().into_iter().filter(|(word, _)| word == "FROM").map(|(_, rest)| rest).collect();
    assert_eq!(bases.len(), 2);
    let builder = bases[0].split(' ').next().unwrap();
    let tag = builder.split_once(':').unwrap().1;
    let wanted = std::fs::read_to_string(format!("{ROOT}/Cargo.toml")).unwrap();
    let wanted =
        wanted.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(tag.starts_with(&format!("{wanted}-")), "{builder} is not Rust {wanted}");
    let build = instructions().into_iter().find(|(word, rest)| word == "RUN" && rest.contains("cargo build"));
    assert!(build.unwrap().1.contains("--locked"));
}

#[test]
fn it_is_a_user_without_privileges_and_the_one_of_the_manifests() {
    let user = only("USER");
    let id = user.split(':').next().unwrap();
    assert!(id.parse::<u32>().unwrap() > 0);
    for file in ["2-store.yaml", "3-api.yaml"] {
        let text = std::fs::read_to_string(format!("{ROOT}/playground/manifests/shop/{file}")).unwrap();
        assert!(text.contains(&format!("runAsUser: {id}\n")), "{file}");
        assert!(text.contains(&format!("containerPort: {} ", only("EXPOSE"))), "{file}");
    }
}

#[test]
fn signals_reach_the_program_because_no_shell_is_between() {
    let entry: Vec<String> = serde_json::from_str(&only("ENTRYPOINT")).unwrap();
    assert_eq!(entry, ["/shakedown"]);
    assert!(serde_json::from_str::<Vec<String>>(&only("CMD")).is_ok());
}

#[test]
fn everything_that_is_compiled_in_reaches_the_build() {
    let ignored = std::fs::read_to_string(format!("{ROOT}/.dockerignore")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version=1", "--offline"]).current_dir(ROOT);
    let metadata = cargo.output().unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let manifests = metadata["packages"].as_array().unwrap().iter().map(|one| one["manifest_path"].as_str());
    let folders = manifests.map(|path| path.unwrap().trim_start_matches(ROOT).trim_end_matches("Cargo.toml"));
    let members: Vec<&str> =
        folders.map(|path| path.trim_matches('/')).filter(|path| !path.is_empty()).collect();
    assert!(members.len() >= 2, "{members:?}");
    for wanted in members.into_iter().chain(["Cargo.toml", "Cargo.lock", "src", "scenarios"]) {
        assert!(ignored.lines().any(|line| line == format!("!{wanted}")), "{wanted}");
    }
}

#[test]
fn it_is_built_and_runs_read_only_where_there_is_a_docker() {
    if std::env::var_os("SHAKEDOWN_TEST_DOCKER").is_none() {
        eprintln!(
            "SKIPPED: the image is not built; set SHAKEDOWN_TEST_DOCKER=1 where docker can pull images"
        );
        return;
    }
    let docker = |args: &[&str]| {
        let done = Command::new("docker").args(args).current_dir(ROOT).output().unwrap();
        assert!(done.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    docker(&["build", "--tag", "shakedown:test", "."]);
    let run = ["run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "none", "shakedown:test"];
    let version = docker(&[&run[..], &["--version"]].concat());
    assert_eq!(version.trim(), format!("shakedown {}", env!("CARGO_PKG_VERSION")));
    let stressed = docker(&[&run[..], &["pressure", "memory", "--size", "8MiB", "--for", "1s"]].concat());
    assert!(stressed.contains("\"held_bytes\":8388608"), "{stressed}");
}
