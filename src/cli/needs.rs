//! What a load needs, as `plan` shows it: whether the machine has it, and how much the generator may spoil.

use super::footprint::Footprint;
use crate::engine::Room;
use crate::scenario::Load;
use crate::units::Ratio;

/// The needs of a load on a machine that gives so much.
pub(super) fn of_load(load: &Load, room: Room) -> String {
    let footprint = Footprint::of(load);
    let short = footprint.sockets().shortages(room).into_iter().map(|text| format!("warning: {text}\n"));
    let allowed = (load.untrusted > Ratio::default()).then(|| {
        format!(
            "untrusted: the generator may spoil {} of the measured seconds, with a warning\n",
            load.untrusted
        )
    });
    format!("{footprint}{}{}", allowed.unwrap_or_default(), short.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::source::Environment;
    use crate::units::grouped;

    const ROOM: Room = Room { descriptors: Some(1 << 20), ports: Some(28_232) };

    fn needs(room: Room, text: &str) -> String {
        let none = Environment::from_iter::<[(&str, &str); 0]>([]);
        of_load(&Scenario::parse("s.yaml", text, &none).unwrap().load.unwrap(), room)
    }

    /// A load of one journey with these steps.
    fn load(load: &str, steps: &str) -> String {
        format!(
            "scenario: x\ntarget: {{ http: http://127.0.0.1:1 }}\nload: {{ {load}, journeys: [{{ name: a, steps: [{steps}] \
             }}] }}\n"
        )
    }

    #[test]
    fn sockets_are_those_of_users_connections_streams_and_web_sockets() {
        let arrivals = "profile: { baseline: { base: 100/s, ramp: 0s, hold: 10s } }, timeout: 1s";
        let (page, talk) = ("{ get: /a }", "{ name: b, websocket: /b }, { name: c, websocket: /b, send: x }");
        let both = format!("{page}, {talk}, {{ name: d, websocket: /d }}");
        for (profile, steps, connections, descriptors) in [
            (arrivals, page, "about 1 when answers take 10ms, 10 at 100ms; at most 100 (", 164),
            (arrivals, talk, "about 2 when answers take 10ms, 20 at 100ms; at most 200 (", 264),
            (arrivals, &both, "about 12 when answers take 10ms, 120 at 100ms; at most 1,200 (", 1_264),
            ("profile: { max: { connections: 9, hold: 5s } }", &both, "", 64 + 27),
            ("profile: { users: { count: 7, ramp: 0s, hold: 5s } }", page, "", 71),
        ] {
            let shown = needs(ROOM, &load(profile, steps));
            assert!(shown.contains(connections), "{shown}");
            assert!(
                shown.contains(&format!("descriptors: about {} at most\n", grouped(descriptors))),
                "{shown}"
            );
        }
        let text = load("profile: { max: { connections: 9, hold: 5s } }, connections: { streams: 10 }", page);
        let shown = needs(ROOM, &text.replace(":1 }", ":1, http_version: http2 }"));
        assert!(shown.contains("descriptors: about 73 at most\n"), "{shown}");
    }

    #[test]
    fn what_the_machine_will_not_do_is_said_before() {
        let little = Room { descriptors: Some(100), ports: Some(600) };
        let users = "profile: { users: { count: 50, ramp: 0s, hold: 5s } }";
        let shown = needs(little, &load(users, "{ get: /a, think: 1s }"));
        let expected = "memory: about [..] at most\nwarning: the run needs 114 descriptors, and a process may have 100 here; \
                        raise the hard limit (`ulimit -Hn` shows it), or take fewer users or connections\n";
        let (_, end) = shown.split_once("memory").unwrap();
        snapbox::assert_data_eq!(format!("memory{end}"), expected);
        let renewed = format!("{users}, connections: {{ keep_alive: false }}");
        let enough = Room { descriptors: None, ..little };
        // Fifty who think for a second ask fifty times a second at most; the ports last for ten.
        for (think, begin) in [
            (", think: 1s", "it opens up to 50/s connections"),
            ("", "it opens a connection for every request"),
        ] {
            let shown = needs(enough, &load(&renewed, &format!("{{ get: /a{think} }}")));
            assert!(shown.contains(&format!("warning: {begin}")), "{shown}");
        }
        let fresh = "profile: { baseline: { base: 100/s, ramp: 0s, hold: 10s } }, timeout: 1s, connections: { fresh: 10% }";
        assert!(!needs(enough, &load(fresh, "{ get: /a }")).contains("warning"));
        let fresh = fresh.replace("10%", "11%");
        assert!(
            needs(enough, &load(&fresh, "{ get: /a }")).contains("warning: it opens up to 11/s connections")
        );
    }

    #[test]
    fn what_may_be_spoilt_is_shown() {
        let users = "profile: { users: { count: 1, ramp: 0s, hold: 5s } }";
        assert!(!needs(ROOM, &load(users, "{ get: /a }")).contains("untrusted"));
        let shown = needs(ROOM, &load(&format!("{users}, untrusted: 10%"), "{ get: /a }"));
        let line = "untrusted: the generator may spoil 10% of the measured seconds, with a warning\n";
        assert!(shown.contains(line), "{shown}");
    }
}
