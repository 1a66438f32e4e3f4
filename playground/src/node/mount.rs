//! Volumes. A process of the host has no mounts of its own, so a volume is a folder, and a container learns
//! where it is in two ways:
//!
//! - `PLAYGROUND_VOLUME_<NAME>` is the folder of the volume `<NAME>` (upper case, other characters as `_`);
//! - a `mountPath` at the beginning of an argument, of an environment value, or after a `=` in one, is replaced
//!   by the folder: `--data=/data/log` becomes `--data=/tmp/…/log`, also in commands of probes, hooks
//!   and `exec`. So one manifest serves here and on a cluster.

use crate::node::context::Context;
use crate::node::token;
use crate::object;
use crate::resource::by_kind;
use crate::store::Write;
use base64::Engine as _;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

/// The volumes of a Pod: their names and folders.
pub(super) type Volumes = BTreeMap<String, PathBuf>;

/// Makes the folders. Errors in the words of the event `FailedMount`.
pub(super) fn prepare(context: &Context) -> Result<Volumes, String> {
    let volumes = context.pod["spec"]["volumes"].as_array().into_iter().flatten();
    volumes.map(|volume| Ok((object::text(volume, "/name").to_owned(), folder(context, volume)?))).collect()
}

fn folder(context: &Context, volume: &Value) -> Result<PathBuf, String> {
    let name = object::text(volume, "/name");
    let wrong = |why: &str| format!("MountVolume.SetUp failed for volume \"{name}\" : {why}");
    if let Some(claim) = volume.get("persistentVolumeClaim") {
        return claimed(context, object::text(claim, "/claimName")).map_err(|why| wrong(&why));
    }
    let own = context.own_volume(name);
    std::fs::create_dir_all(&own).map_err(|error| wrong(&error.to_string()))?;
    if let Some(source) = volume.get("projected") {
        for source in source["sources"].as_array().into_iter().flatten() {
            fill(context, &own, source).map_err(|why| wrong(&why))?;
        }
    } else if volume.get("emptyDir").is_none() {
        fill(context, &own, volume).map_err(|why| wrong(&why))?;
    }
    Ok(own)
}

fn fill(context: &Context, folder: &Path, volume: &Value) -> Result<(), String> {
    let (source, files) = if let Some(source) = volume.get("configMap") {
        (source, named(context, "ConfigMap", object::text(source, "/name")))
    } else if let Some(source) = volume.get("secret") {
        let name = source.get("secretName").or_else(|| source.get("name")).and_then(Value::as_str);
        (source, named(context, "Secret", name.unwrap_or_default()))
    } else if let Some(source) = volume.get("downwardAPI") {
        return downward(context, folder, source);
    } else if let Some(source) = volume.get("serviceAccountToken") {
        return token::place(context, folder, source);
    } else {
        let kinds: Vec<&String> = volume.as_object().into_iter().flatten().map(|(key, _)| key).collect();
        return Err(format!(
            "the playground has no such volume ({kinds:?}); use configMap, secret, emptyDir, downwardAPI, \
             projected or persistentVolumeClaim"
        ));
    };
    let optional = source["optional"] == true;
    let files = match files {
        Err(_) if optional => return Ok(()),
        other => other?,
    };
    let Some(items) = source["items"].as_array() else {
        return files.iter().try_for_each(|(key, content)| write(folder, key, content));
    };
    items.iter().try_for_each(|item| match files.get(object::text(item, "/key")) {
        Some(bytes) => write(folder, object::text(item, "/path"), bytes),
        None if optional => Ok(()),
        None => Err(format!("references non-existent config key: {}", object::text(item, "/key"))),
    })
}

fn downward(context: &Context, folder: &Path, source: &Value) -> Result<(), String> {
    source["items"].as_array().into_iter().flatten().try_for_each(|item| {
        let field = object::text(item, "/fieldRef/fieldPath");
        let value = super::environment::field(context, field)?;
        write(folder, object::text(item, "/path"), value.as_bytes())
    })
}

/// The entries of a `ConfigMap` or `Secret` of the Pod's namespace.
pub(super) fn named(context: &Context, kind: &str, name: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let namespace = object::namespace(&context.pod);
    let found = by_kind("v1", kind).and_then(|kind| context.cluster.get(kind, namespace, name).ok());
    let Some(found) = found else { return Err(format!("{} \"{name}\" not found", kind.to_lowercase())) };
    let map = |key: &str| found[key].as_object().cloned().unwrap_or_else(Map::new);
    let decode = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default()
    };
    let (plain, coded) = if kind == "Secret" { ("", "data") } else { ("data", "binaryData") };
    let texts = map(plain)
        .into_iter()
        .map(|(key, value)| (key, value.as_str().unwrap_or_default().as_bytes().to_vec()));
    Ok(texts.chain(map(coded).into_iter().map(|(key, value)| (key, decode(&value)))).collect())
}

/// Writes a file of a volume; who reads it meanwhile sees all of the old one or all of the new one.
pub(super) fn write(folder: &Path, path: &str, content: &[u8]) -> Result<(), String> {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.is_empty() {
        return Err(format!("the path \"{path}\" leads out of the volume"));
    }
    let file = folder.join(path);
    let parent = file.parent().unwrap_or(folder);
    let made = std::fs::create_dir_all(parent).and_then(|()| {
        let mut fresh =
            tempfile::Builder::new().permissions(Permissions::from_mode(0o644)).tempfile_in(parent)?;
        fresh.write_all(content)?;
        fresh.persist(&file).map_err(|failed| failed.error).map(drop)
    });
    made.map_err(|error| format!("{}: {error}", file.display()))
}

/// The folder of a claim, which outlives the Pod; the claim is bound by its first use.
fn claimed(context: &Context, name: &str) -> Result<PathBuf, String> {
    let namespace = object::namespace(&context.pod);
    let kind = by_kind("v1", "PersistentVolumeClaim").ok_or("claims are not served")?;
    let missing = |_| format!("persistentvolumeclaim \"{name}\" not found");
    let claim = context.cluster.get(kind, namespace, name).map_err(missing)?;
    let folder = super::reclaim::folder(&context.shared.root, object::uid(&claim));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    if claim["status"]["phase"] != "Bound" {
        let part = crate::cluster::Part::Status;
        let bound = context.cluster.modify(kind, (namespace, name), part, Write::Commit, |claim| {
            claim["status"] = json!({
                "phase": "Bound", "accessModes": claim["spec"]["accessModes"],
                "capacity": claim["spec"]["resources"]["requests"],
            });
            Ok(())
        });
        bound.map_err(missing)?;
    }
    Ok(folder)
}

/// The `mountPath`s of a container and the folders behind them, the longest first.
pub(super) fn mounts(context: &Context, container: &Value) -> Vec<(String, String)> {
    let volumes = context.volumes();
    let list = container["volumeMounts"].as_array().into_iter().flatten();
    let mut mounts: Vec<(String, String)> = list
        .filter_map(|mount| {
            let folder = volumes.get(object::text(mount, "/name"))?.join(object::text(mount, "/subPath"));
            let plain = |path: &str| path.trim_end_matches('/').to_owned();
            Some((plain(object::text(mount, "/mountPath")), plain(&folder.display().to_string())))
        })
        .filter(|(path, _)| !path.is_empty())
        .collect();
    mounts.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    mounts
}

/// `text` with a mount path at its beginning, or after a `=`, replaced by the folder behind it.
pub(super) fn relocate(text: &str, mounts: &[(String, String)]) -> String {
    for (path, folder) in mounts {
        for (at, _) in text.match_indices(path.as_str()) {
            let before = &text[..at];
            let after = &text[at + path.len()..];
            if (before.is_empty() || before.ends_with('=')) && (after.is_empty() || after.starts_with('/')) {
                return format!("{before}{folder}{after}");
            }
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_paths_are_replaced_where_a_path_stands() {
        let mounts = [("/data/deep".to_owned(), "/t/2".to_owned()), ("/data".to_owned(), "/t/1".to_owned())];
        for (text, expected) in [
            ("/data", "/t/1"),
            ("/data/log", "/t/1/log"),
            ("--dir=/data/log", "--dir=/t/1/log"),
            ("/data/deep/x", "/t/2/x"),
            ("/database", "/database"),
            ("echo /data", "echo /data"),
        ] {
            assert_eq!(relocate(text, &mounts), expected, "{text}");
        }
    }
}
