//! The entrypoint of `redis`, and its server on the Pod's address.

use crate::entrypoint::enter::{EntrypointError, command, replace};
use std::ffi::OsString;
use std::path::Path;

/// Options with which the server says something and ends.
const QUESTIONS: [&str; 6] = ["-v", "--version", "-h", "--help", "--test-memory", "--check-system"];

pub(super) fn enter(args: &[OsString]) -> EntrypointError {
    let is_file = |first: &str| Path::new(first).extension().is_some_and(|extension| extension == "conf");
    replace(&command("redis-server", args, |first| first.starts_with('-') || is_file(first)))
}

pub(super) fn serve(own: &[OsString], args: &[OsString]) -> EntrypointError {
    let [program, address, folder, places @ ..] = own else { return EntrypointError::Words };
    let mut words: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let file = words.first().filter(|first| !first.starts_with('-'));
    // A file that cannot be read is for the server to complain about.
    let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let places: Vec<(String, String)> =
        places.iter().filter_map(|place| pair(&place.to_string_lossy())).collect();
    let moved = relocated(&text, &places);
    if moved != text {
        let copy = Path::new(folder).join("redis.conf");
        if let Err(error) = std::fs::write(&copy, moved) {
            return EntrypointError::Start { program: copy.display().to_string(), error };
        }
        words[0] = copy.display().to_string();
    }
    let mut command = vec![program.clone()];
    command.extend(options(&words, &text, &address.to_string_lossy()).into_iter().map(OsString::from));
    replace(&command)
}

fn pair(place: &str) -> Option<(String, String)> {
    place.split_once('=').map(|(path, folder)| (path.to_owned(), folder.to_owned()))
}

/// A configuration with the paths of the image where they are on this machine.
fn relocated(text: &str, places: &[(String, String)]) -> String {
    let relocate = |word: &str| {
        let (quote, path) = word.strip_prefix('"').map_or(("", word), |path| ("\"", path));
        let moved = places.iter().find_map(|(from, to)| {
            let rest = path.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with(['/', '"'])).then(|| format!("{quote}{to}{rest}"))
        });
        moved.unwrap_or_else(|| word.to_owned())
    };
    let line = |line: &str| {
        if line.trim_start().starts_with('#') {
            return line.to_owned();
        }
        line.split(' ').map(relocate).collect::<Vec<_>>().join(" ")
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The server's arguments: what the image is built with, unless the file says otherwise; then what the container
/// was given; then what the playground needs, last, so that it holds.
fn options(given: &[String], file: &str, address: &str) -> Vec<String> {
    if given.first().is_some_and(|first| QUESTIONS.contains(&first.as_str())) {
        return given.to_vec();
    }
    let is_in_file = |name: &str| file.lines().any(|line| line.split_whitespace().next() == Some(name));
    let (config, rest) = given.split_at(usize::from(given.first().is_some_and(|one| !one.starts_with('-'))));
    let mut all = config.to_vec();
    // A replica's connection comes from 127.0.0.1, which is nobody's address.
    for (name, value) in [("protected-mode", "no"), ("replica-announce-ip", address)] {
        if !is_in_file(name) {
            all.extend([format!("--{name}"), value.to_owned()]);
        }
    }
    all.extend(rest.iter().cloned());
    all.extend(["--bind".to_owned(), address.to_owned()]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_listens_on_the_pods_address_whatever_it_is_given() {
        let file = "bind 0.0.0.0\nprotected-mode yes\n";
        let defaults = "--protected-mode no --replica-announce-ip A";
        for (given, expected) in [
            ("", format!("{defaults} --bind A")),
            ("--bind 0.0.0.0 --save", format!("{defaults} --bind 0.0.0.0 --save --bind A")),
            ("x.conf --port 1", "x.conf --replica-announce-ip A --port 1 --bind A".to_owned()),
            ("--version", "--version".to_owned()),
        ] {
            let given: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
            let text = if given.first().is_some_and(|one| one == "x.conf") { file } else { "" };
            assert_eq!(options(&given, text, "A").join(" "), expected);
        }
    }

    #[test]
    fn a_configuration_finds_its_folders() {
        let places = [("/data".to_owned(), "/v/1".to_owned())];
        let before =
            "# /data\ndir /data\naclfile \"/data/a b\"\n  include /data/x.conf\ndatabases 16\nx /database\n";
        let after =
            "# /data\ndir /v/1\naclfile \"/v/1/a b\"\n  include /v/1/x.conf\ndatabases 16\nx /database\n";
        assert_eq!(relocated(before, &places), after);
    }
}
