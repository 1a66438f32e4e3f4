//! Which container of a Pod a request means.

use crate::object;
use crate::status::ApiError;
use serde_json::Value;

/// The container `wanted`, or the only one when that is empty. Refuses in a real server's words.
pub(super) fn container(pod: &Value, wanted: &str) -> Result<String, ApiError> {
    let names = |list: &str| -> Vec<&str> {
        let all = pod["spec"][list].as_array().into_iter().flatten();
        all.map(|container| object::text(container, "/name")).collect()
    };
    let (main, init) = (names("containers"), names("initContainers"));
    let name = object::name(pod);
    if !wanted.is_empty() {
        let known = main.contains(&wanted) || init.contains(&wanted);
        if known || names("ephemeralContainers").contains(&wanted) {
            return Ok(wanted.to_owned());
        }
        return Err(ApiError::bad_request(format!("container {wanted} is not valid for pod {name}")));
    }
    if let [only] = main.as_slice() {
        return Ok((*only).to_owned());
    }
    let or_init = match init.as_slice() {
        [] => String::new(),
        init => format!(" or one of the init containers: [{}]", init.join(" ")),
    };
    let main = main.join(" ");
    let message =
        format!("a container name must be specified for pod {name}, choose one of: [{main}]{or_init}");
    Err(ApiError::bad_request(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_container_is_found_by_name_or_because_it_is_the_only_one() {
        let one = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}});
        let mut more = one.clone();
        more["spec"]["containers"] = json!([{"name": "a"}, {"name": "b"}]);
        more["spec"]["initContainers"] = json!([{"name": "i"}]);
        more["spec"]["ephemeralContainers"] = json!([{"name": "e"}]);
        for (pod, wanted, expected) in [
            (&one, "", Ok("a")),
            (&one, "a", Ok("a")),
            (&one, "x", Err("container x is not valid for pod p")),
            (&more, "i", Ok("i")),
            (&more, "e", Ok("e")),
            (
                &more,
                "",
                Err("a container name must be specified for pod p, choose one of: [a b] or one of the init \
                     containers: [i]"),
            ),
        ] {
            let found = container(pod, wanted).map_err(|error| error.message);
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned));
        }
    }
}
