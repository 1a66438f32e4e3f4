//! The cookies of one arrival's way through its journey; each arrival starts without any.

use crate::transport::Fields;
use cookie::Cookie;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// Cookies that the target set during this journey.
#[derive(Debug, Default)]
pub struct Cookies(Vec<Cookie<'static>>);

impl Cookies {
    /// Takes over what an answer sets. Everything goes to one target, so domains do not matter; paths do.
    pub fn remember(&mut self, headers: &Fields) {
        for value in headers.get_all(&SET_COOKIE) {
            let Some(cookie) =
                std::str::from_utf8(value).ok().and_then(|text| Cookie::parse(text.to_owned()).ok())
            else {
                continue;
            };
            self.0.retain(|known| known.name() != cookie.name() || known.path() != cookie.path());
            let expired = cookie.max_age().is_some_and(|age| !age.is_positive());
            if !expired {
                self.0.push(cookie);
            }
        }
    }

    /// Adds the cookies that belong to a path; a `Cookie` header written in the step stays first.
    pub fn apply(&self, path: &str, headers: &mut HeaderMap) {
        let mut text =
            headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        for cookie in self.0.iter().filter(|cookie| belongs(cookie.path().unwrap_or("/"), path)) {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(cookie.name());
            text.push('=');
            text.push_str(cookie.value());
        }
        if let (false, Ok(value)) = (text.is_empty(), HeaderValue::from_str(&text)) {
            headers.insert(COOKIE, value);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Path matching of RFC 6265, section 5.1.4.
fn belongs(cookie: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    path == cookie
        || path.strip_prefix(cookie).is_some_and(|rest| cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(texts: &[&str]) -> Cookies {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append(SET_COOKIE, HeaderValue::from_str(text).unwrap());
        }
        let mut cookies = Cookies::default();
        cookies.remember(&headers.into());
        cookies
    }

    fn sent(cookies: &Cookies, path: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        cookies.apply(path, &mut headers);
        headers.get(COOKIE).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_cookie_goes_where_it_belongs_until_it_is_taken_back() {
        let mut cookies = set(&["a=1; Path=/", "b=2; Path=/cart; HttpOnly", "a=3; Path=/"]);
        assert_eq!(sent(&cookies, "/cart/1?x=/").as_deref(), Some("b=2; a=3"));
        assert_eq!(sent(&cookies, "/cartoon").as_deref(), Some("a=3"));
        let mut gone = HeaderMap::new();
        gone.append(SET_COOKIE, HeaderValue::from_static("a=; Path=/; Max-Age=0"));
        cookies.remember(&gone.into());
        assert_eq!(sent(&cookies, "/"), None);
    }
}
