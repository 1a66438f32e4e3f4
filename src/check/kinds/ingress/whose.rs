//! Whose words an answer has: those of a program in front, which had nobody to ask, or somebody else's.

use crate::transport::Answer;

/// Programs that stand in front, by what they write when they have nobody to ask.
const WORDS: [(&str, &str); 6] = [
    ("default backend", "the default backend"),
    ("<center>nginx", "nginx"),
    ("no healthy upstream", "Envoy"),
    ("upstream connect error", "Envoy"),
    ("No server is available to handle this request", "HAProxy"),
    ("no available server", "Traefik"),
];

/// What a status that is not expected means of an Ingress, whoever wrote it.
pub(super) fn meaning(answer: &Answer, service: &str, ready: usize) -> Option<String> {
    let body = String::from_utf8_lossy(&answer.body);
    let whose = WORDS.iter().find(|(words, _)| body.contains(words)).map(|(_, name)| *name);
    let untaken = "the controller has not taken this rule, or does not watch its class";
    let unreached = format!("the controller reaches none of the {ready} ready endpoints of {service}");
    let why = match answer.status.as_u16() {
        404 => untaken.to_owned(),
        502..=504 => format!("{unreached}: see its log, the target port and network policies"),
        _ => return None,
    };
    Some(match whose {
        Some(name) => format!("these are the words of {name}, so {why}"),
        None => format!("either {service} says so itself, or {why}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, StatusCode};

    #[test]
    fn the_words_tell_who_is_in_front() {
        let nginx = "<html><body><hr><center>nginx/1.22</center></body></html>";
        for (status, body, expected) in [
            (
                404,
                "default backend - 404",
                Some("words of the default backend, so the controller has not taken"),
            ),
            (404, nginx, Some("words of nginx, so the controller has not taken")),
            (404, "{\"error\":1}", Some("either api says so itself, or the controller has not taken")),
            (
                502,
                nginx,
                Some("words of nginx, so the controller reaches none of the 2 ready endpoints of api"),
            ),
            (503, "no healthy upstream", Some("words of Envoy, so the controller reaches none")),
            (503, "busy", Some("either api says so itself, or the controller reaches none")),
            (500, nginx, None),
            (200, "", None),
        ] {
            let answer = Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new().into(),
                trailers: None,
                body: body.to_owned().into(),
                length: 0,
            };
            let found = meaning(&answer, "api", 2);
            assert_eq!(found.is_some(), expected.is_some(), "{status} {body}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{status} {body}");
        }
    }
}
