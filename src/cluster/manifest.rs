//! Kubernetes objects as people write them: YAML files with one or more documents.

use kube::core::DynamicObject;
use std::path::{Path, PathBuf};

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A file or folder that cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Where it lies.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A folder without manifests.
    #[error("{0} holds no .yaml or .yml file; name the folder that has the manifests")]
    Empty(PathBuf),
    /// Not YAML, or not an object of Kubernetes.
    #[error("{path}, document {document}: {why}")]
    Broken {
        /// Where it lies.
        path: PathBuf,
        /// Which of the file's documents, counted from 1.
        document: usize,
        /// What is wrong.
        why: String,
    },
}

/// One object to be applied.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The object, with its kind and name.
    pub object: DynamicObject,
}

impl Manifest {
    /// All objects of one file's text, in their order.
    pub fn parse(path: &Path, text: &str) -> Result<Vec<Manifest>, ManifestError> {
        let broken = |document: usize, why: String| {
            Err(ManifestError::Broken { path: path.to_owned(), document, why })
        };
        let documents: Vec<serde_saphyr::Spanned<serde_json::Value>> = match serde_saphyr::from_multiple(text)
        {
            Ok(documents) => documents,
            Err(error) => {
                let line = error.location().map_or(0, |place| place.line());
                return broken(document_at(text, line), error.to_string());
            }
        };
        let mut manifests = Vec::new();
        for document in documents.into_iter().filter(|one| !one.value.is_null()) {
            // Empty ones are left out of the list, so that its order does not tell.
            let number = document_at(text, document.defined.line());
            let object: DynamicObject = match serde_json::from_value(document.value) {
                Ok(object) => object,
                Err(error) => return broken(number, error.to_string()),
            };
            if object.types.is_none() {
                return broken(number, "an object needs apiVersion and kind".to_owned());
            }
            if object.metadata.name.is_none() {
                return broken(number, "an object needs a name in metadata.name".to_owned());
            }
            manifests.push(Manifest { object });
        }
        Ok(manifests)
    }

    /// All objects of a file, or of the YAML files of a folder in the order of their names.
    pub fn read(path: &Path) -> Result<Vec<Manifest>, ManifestError> {
        let unread = |path: &Path| {
            let path = path.to_owned();
            move |source| ManifestError::Read { path, source }
        };
        if !path.is_dir() {
            return Manifest::parse(path, &std::fs::read_to_string(path).map_err(unread(path))?);
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path).map_err(unread(path))? {
            let file = entry.map_err(unread(path))?.path();
            if file.extension().is_some_and(|end| end == "yaml" || end == "yml") {
                files.push(file);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(ManifestError::Empty(path.to_owned()));
        }
        let lists: Result<Vec<_>, _> = files.iter().map(|file| Manifest::read(file)).collect();
        Ok(lists?.into_iter().flatten().collect())
    }

    /// The kind and the name: "Deployment/api".
    pub fn title(&self) -> String {
        let kind = self.object.types.as_ref().map_or("", |types| &types.kind);
        format!("{kind}/{}", self.object.metadata.name.as_deref().unwrap_or_default())
    }
}

/// The document, counted from 1, in which a line lies that is counted from 1.
fn document_at(text: &str, line: impl TryInto<usize>) -> usize {
    let above = text.lines().take(line.try_into().unwrap_or(usize::MAX));
    let mut document = 1;
    let mut filled = false;
    for line in above {
        if line == "---" || line.starts_with("--- ") {
            document += usize::from(filled);
            filled = true;
        } else {
            filled |= !line.trim().is_empty() && !line.trim_start().starts_with('#');
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_hold_several_objects_and_empty_documents() {
        let text = "---\n# only a comment\n---\napiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: \
                    apps/v1\nkind: Deployment\nmetadata: { name: b }\nspec: { replicas: 2 }\n";
        let all = Manifest::parse(Path::new("x.yaml"), text).unwrap();
        let titles: Vec<String> = all.iter().map(Manifest::title).collect();
        assert_eq!(titles, ["Service/a", "Deployment/b"]);
        assert_eq!(all[1].object.data["spec"]["replicas"], 2);
    }

    #[test]
    fn what_is_no_object_says_where_and_why() {
        for (text, part) in [
            ("kind: Service\nmetadata: { name: a }", "apiVersion"),
            ("apiVersion: v1\nkind: Service\nmetadata: {}", "metadata.name"),
            ("apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\n- 1\n", "document 2"),
            ("{", "x.yaml, document 1: "),
            ("# words\n---\na: 1\n---\nb: [\n---\nc: 1\n", "document 2"),
            ("---\na: 1\n--- # the last\nb: 1\nb: 2\n", "document 2"),
        ] {
            let error = Manifest::parse(Path::new("x.yaml"), text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
