//! A request as a command of curl.

use crate::check::dial::Reach;
use crate::check::shell::{header, quoted};
use crate::transport::{Content, Request, Target};
use http::Method;
use http::header::{CONTENT_LENGTH, HOST};

/// A longer body would not be typed.
const LONGEST_BODY: usize = 1_000;

/// The command that sends this request. What headers of credentials say is left out.
pub fn command(target: &Target, request: &Request) -> String {
    let reach = Reach::to(target).naming(request.other_host(&target.authority));
    let mut words = vec![format!("curl -i{}", reach.curl())];
    match request.method {
        Method::GET => {}
        Method::HEAD => words.push("--head".to_owned()),
        ref other => words.push(format!("-X {other}")),
    }
    words.push(reach.curl_url(request.path.as_str()));
    for (name, value) in request.headers.iter().filter(|(name, _)| **name != HOST && **name != CONTENT_LENGTH)
    {
        words.push(header(name, value));
    }
    match &request.body {
        Content::Bytes(body) if body.is_empty() => {}
        Content::Bytes(body) => {
            let body = String::from_utf8_lossy(body);
            let cut = body.char_indices().nth(LONGEST_BODY).map(|(end, _)| format!("{}…", &body[..end]));
            words.push(format!("--data-raw {}", quoted(&cut.unwrap_or_else(|| body.into_owned()))));
        }
        Content::File(file) => words.push(format!("--data-binary {}", quoted(&format!("@{}", file.name())))),
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{HttpVersion, TlsOptions, Verify};
    use bytes::Bytes;
    use http::uri::PathAndQuery;
    use http::{HeaderMap, HeaderValue};
    use std::time::Duration;

    #[test]
    fn the_command_can_be_typed_and_tells_no_secret() {
        let tls = TlsOptions { verify: Verify::No, ..TlsOptions::default() };
        let target =
            Target::new("https://shop.test:8443", HttpVersion::Auto, &tls, Duration::from_secs(1)).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "shop.test:8443"),
            ("content-type", "application/json"),
            ("authorization", "Bearer hunter22"),
            ("x-api-key", "hunter22"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let request = |method, path: &'static str, body: &'static str| {
            let path = PathAndQuery::from_static(path);
            Request::new(method, path, headers.clone(), Bytes::from_static(body.as_bytes()))
        };
        let rest = "-H 'content-type: application/json' -H 'authorization: Bearer ***' -H 'x-api-key: ***'";
        assert_eq!(
            command(&target, &request(Method::GET, "/a?b=1&c=2", "")),
            format!("curl -i -k 'https://shop.test:8443/a?b=1&c=2' {rest}")
        );
        let mut other = request(Method::HEAD, "/", "");
        other.headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("blue.test"))]);
        assert_eq!(
            command(&target, &other),
            "curl -i -k -H 'host: blue.test' --head https://shop.test:8443/"
        );
        assert_eq!(
            command(&target, &request(Method::POST, "/orders", "{\"name\":\"it's\"}")),
            format!(
                "curl -i -k -X POST https://shop.test:8443/orders {rest} --data-raw '{{\"name\":\"it'\\''s\"}}'"
            )
        );
    }
}
