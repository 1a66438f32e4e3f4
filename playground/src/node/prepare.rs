//! From a container of a manifest to a program.

use crate::node::context::Context;
use crate::node::environment;
use crate::node::image::Container;
use crate::node::mount::{mounts, relocate};
use crate::node::process::Program;
use crate::node::{expand, layout};
use crate::object;
use serde_json::Value;

/// Why a container cannot be started, now and after the first try.
pub(super) struct Trouble {
    pub(super) reason: &'static str,
    pub(super) later: &'static str,
    pub(super) message: String,
}

/// How to start `container`.
pub(super) fn prepare(context: &Context, container: &Value) -> Result<Program, Trouble> {
    let config = |message| Trouble {
        reason: "CreateContainerConfigError",
        later: "CreateContainerConfigError",
        message,
    };
    let image = object::text(container, "/image");
    let mut env = environment::base(context);
    let mut own = env.clone();
    let mounts = mounts(context, container);
    environment::apply(context, container, &mounts, &mut own).map_err(config)?;
    let wanted = Container {
        name: object::text(container, "/name").to_owned(),
        address: context.lease.address(),
        env: own.0,
        folder: context.folder.clone(),
        mounts,
        supervisor: context.shared.supervisor.clone(),
    };
    let launch = context.shared.images.resolve(image, &wanted);
    let launch =
        launch.map_err(|message| Trouble { reason: "ErrImagePull", later: "ImagePullBackOff", message })?;
    layout::lay_out(&context.shared.root, &wanted, &launch).map_err(|message| Trouble {
        reason: "CreateContainerError",
        later: "CreateContainerError",
        message,
    })?;
    let places = wanted.places(&launch.folders);
    launch.env.into_iter().for_each(|(name, value)| env.set(&name, relocate(&value, &places)));
    environment::apply(context, container, &places, &mut env).map_err(config)?;
    let words = |key: &str| -> Option<Vec<String>> {
        let list = container[key].as_array().filter(|list| !list.is_empty())?;
        let word = |word: &Value| expand::expand(word.as_str().unwrap_or_default(), |name| env.get(name));
        Some(list.iter().map(|one| relocate(&word(one), &places)).collect())
    };
    let command = words("command");
    let args = words("args").or_else(|| command.is_none().then_some(launch.args)).unwrap_or_default();
    let mut command = command.unwrap_or(launch.entrypoint);
    command.extend(args);
    let given = Some(object::text(container, "/workingDir")).filter(|given| !given.is_empty());
    let folder = match given.or(launch.working_dir.as_deref()) {
        None => context.folder.clone(),
        Some(path) => relocate(path, &places).into(),
    };
    Ok(Program { command, env: env.0, places, folder, user: launch.user, stop: launch.stop })
}
