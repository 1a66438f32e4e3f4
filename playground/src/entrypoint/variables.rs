//! The variables of the image `postgres`.

use crate::entrypoint::initialise::{InitialiseError, at};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the variables say.
pub(super) struct Wanted {
    /// The administrator.
    pub(super) user: String,
    /// Empty when everybody is trusted.
    pub(super) password: String,
    /// The database to make.
    pub(super) database: String,
    /// How others prove who they are, as `pg_hba.conf` names it.
    pub(super) method: String,
    /// More options of `initdb`.
    pub(super) options: Vec<String>,
}

impl Wanted {
    pub(super) fn from_environment() -> Result<Wanted, InitialiseError> {
        let user = setting("POSTGRES_USER")?.unwrap_or_else(|| "postgres".to_owned());
        let password = setting("POSTGRES_PASSWORD")?.unwrap_or_default();
        let method = setting("POSTGRES_HOST_AUTH_METHOD")?;
        if password.is_empty() && method.as_deref() != Some("trust") {
            return Err(InitialiseError::NoPassword);
        }
        // Split at spaces; the image's shell would also mind quotes.
        let options = setting("POSTGRES_INITDB_ARGS")?.unwrap_or_default();
        let mut options: Vec<String> = options.split_whitespace().map(str::to_owned).collect();
        options.extend(setting("POSTGRES_INITDB_WALDIR")?.map(|folder| format!("--waldir={folder}")));
        Ok(Wanted {
            database: setting("POSTGRES_DB")?.unwrap_or_else(|| user.clone()),
            user,
            password,
            method: method.unwrap_or_else(|| "scram-sha-256".to_owned()),
            options,
        })
    }

    /// For scripts, which rely on them being set.
    pub(super) fn tell(&self, command: &mut Command) {
        command.env("POSTGRES_USER", &self.user).env("POSTGRES_DB", &self.database);
        command.env("POSTGRES_PASSWORD", &self.password);
    }
}

/// A variable, or what is in the file that the variable with `_FILE` names; empty counts as unset.
fn setting(name: &str) -> Result<Option<String>, InitialiseError> {
    let get = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (get(name), get(&format!("{name}_FILE"))) {
        (Some(_), Some(_)) => Err(InitialiseError::Twice(name.to_owned())),
        (value, None) => Ok(value),
        (None, Some(file)) => {
            let text = fs::read_to_string(&file).map_err(at(Path::new(&file)))?;
            Ok(Some(text.trim_end_matches('\n').to_owned()).filter(|text| !text.is_empty()))
        }
    }
}
