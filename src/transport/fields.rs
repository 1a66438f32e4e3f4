//! The header fields of an answer, kept as they came: most loads look at none of them.

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName};

/// The header fields of an answer.
#[derive(Debug, Clone)]
pub struct Fields(Form);

#[derive(Debug, Clone)]
enum Form {
    /// The lines of an HTTP/1 head without its first one, which a parser has found to be right.
    Lines { lines: Bytes, cookies: SetCookies },
    /// What another library made of them.
    Map(Box<HeaderMap>),
}

/// Whether there are fields that set cookies: the one name that is looked for in every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetCookies {
    Some,
    None,
}

impl Fields {
    /// The lines of a head that was parsed without a mistake; what they say is looked for when somebody asks.
    pub(super) fn of_lines(lines: Bytes, cookies: SetCookies) -> Fields {
        Fields(Form::Lines { lines, cookies })
    }

    /// The fields together with those that came behind the body.
    #[must_use]
    pub fn with(self, trailers: HeaderMap) -> Fields {
        match self.0 {
            Form::Map(mut map) => {
                map.extend(trailers);
                Fields(Form::Map(map))
            }
            // Whoever keeps lines brings no trailers.
            lines @ Form::Lines { .. } => Fields(lines),
        }
    }

    /// The value of the first field of this name.
    pub fn get<'f>(&'f self, name: &'f HeaderName) -> Option<&'f [u8]> {
        self.get_all(name).next()
    }

    /// The values of all fields of this name, in their order.
    pub fn get_all<'f>(&'f self, name: &'f HeaderName) -> impl Iterator<Item = &'f [u8]> {
        let (lines, map) = match &self.0 {
            Form::Lines { cookies: SetCookies::None, .. } if *name == SET_COOKIE => (None, None),
            Form::Lines { lines, .. } => (Some(lines), None),
            Form::Map(map) => (None, Some(map)),
        };
        let lines = lines.into_iter().flat_map(|lines| lines.split(|byte| *byte == b'\n'));
        let of_lines = lines.filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let same = line[..colon].eq_ignore_ascii_case(name.as_str().as_bytes());
            same.then(|| line[colon + 1..].trim_ascii())
        });
        of_lines
            .chain(map.into_iter().flat_map(move |map| map.get_all(name)).map(http::HeaderValue::as_bytes))
    }
}

impl From<HeaderMap> for Fields {
    fn from(map: HeaderMap) -> Fields {
        Fields(Form::Map(Box::new(map)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use http::header::{CONTENT_TYPE, LOCATION};

    #[test]
    fn what_comes_behind_the_body_stands_beside_what_came_before() {
        let map = |name: &'static str| {
            HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static("1"))])
        };
        let fields = Fields::from(map("x-before")).with(map("x-behind"));
        for (name, there) in [("x-before", true), ("x-behind", true), ("x-never", false)] {
            assert_eq!(fields.get(&HeaderName::from_static(name)).is_some(), there, "{name}");
        }
    }

    #[test]
    fn lines_and_maps_say_the_same() {
        let lines = Fields::of_lines(
            Bytes::from_static(
                b"Content-Type:  text/plain \r\nset-cookie: a=1\r\nSET-COOKIE: b=2; x:y\r\nlocation:\r\n\r\n",
            ),
            SetCookies::Some,
        );
        let mut map = HeaderMap::new();
        for (name, value) in
            [(CONTENT_TYPE, "text/plain"), (SET_COOKIE, "a=1"), (SET_COOKIE, "b=2; x:y"), (LOCATION, "")]
        {
            map.append(name, HeaderValue::from_static(value));
        }
        for fields in [lines, Fields::from(map)] {
            assert_eq!(fields.get(&CONTENT_TYPE), Some(&b"text/plain"[..]));
            assert_eq!(fields.get_all(&SET_COOKIE).collect::<Vec<_>>(), [&b"a=1"[..], b"b=2; x:y"]);
            assert_eq!(fields.get(&LOCATION), Some(&b""[..]));
            assert_eq!(fields.get(&http::header::AGE), None);
        }
    }
}
