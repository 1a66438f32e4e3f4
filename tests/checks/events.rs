//! `events`: a namespace without warnings, and one that warns.

use crate::golden::failure;
use crate::place::{NAMESPACE, Place, SHELL, STAYS, deployment};

#[test]
fn warnings_since_the_deploy_count() {
    let place = Place::new(&deployment("api", 1, SHELL, STAYS));
    place
        .smoke(
            "  - name: up\n    eventually: 60s\n    rollout: { deployment: api }
  - depends_on: [up]\n    events: { deployment: api }
  - depends_on: [up]\n    events: { since: 10m }\n",
        )
        .expect(
            0,
            &["check warnings since the rollout of api: ok, no warnings since deployment/api was rolled out"],
        );
    place.apply(&deployment("crashing", 1, SHELL, "exit 3"));
    // A container that ends at once is ready for a moment each time, so its rollout tells nothing here.
    let warns = || place.smoke("  - events: { since: 10m }\n").out.contains("BackOff");
    assert!((0..300).any(|_| warns() || pause()), "no crash loop in sight");
    let ended = place.smoke(
        "  - events: { deployment: api }
  - events: { since: 10m, ignore: [Unhealthy] }\n",
    );
    ended.expect(1, &["since deployment/api was rolled out", "within the last 10m", "BackOff"]);
    place
        .smoke("  - events: { since: 10m, ignore: [BackOff] }\n")
        .expect(0, &["no warnings within the last 10m, 1 ignored"]);
    let ended = place.smoke(
        "  - events: { deployment: api }\n  - events: { since: 10m }\n  - events: { deployment: missing }\n",
    );
    failure("events", &ended, &place.program);
}

#[test]
fn where_no_namespace_is_nothing_warns_and_that_proves_nothing() {
    let place = Place::new("");
    let scenario = |context: &str, namespace: &str| {
        format!(
            "scenario: s\ntarget: {{ kubernetes: {{ context: {context}, namespace: {namespace}, kubeconfig: '{}' }} \
             }}\nsmoke: [{{ events: {{ since: 10m }} }}]\n",
            place.kubeconfig
        )
    };
    for (context, namespace, code, words) in [
        ("playground", NAMESPACE, 0, "no warnings within the last 10m"),
        ("playground", "elsewhere", 1, "there is no namespace `elsewhere`"),
        ("production", NAMESPACE, 4, "production"),
    ] {
        place.program.write("s.yaml", scenario(context, namespace));
        place.program.run(&["smoke", "s.yaml"]).expect(code, &[words]);
    }
}

/// A moment for the cluster; false, because nothing was seen in it.
fn pause() -> bool {
    std::thread::sleep(std::time::Duration::from_millis(200));
    false
}
