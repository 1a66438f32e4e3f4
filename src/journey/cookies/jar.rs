//! The cookies of one arrival's way through its journey, or of a user; each starts without any.

use super::kept::Kept;
use crate::journey::origin::Origin;
use crate::transport::{Fields, Request};
use http::HeaderValue;
use http::header::{COOKIE, SET_COOKIE};

/// Cookies that the target set during this journey, in the order in which they are sent: longer paths first, and among
/// equal ones those that have been there longer.
#[derive(Debug, Default)]
pub struct Cookies(Vec<Kept>);

impl Cookies {
    /// Takes over what the answer to a request sets.
    pub(in crate::journey) fn remember(&mut self, request: &Request, headers: &Fields, origin: &Origin) {
        let mut lines = headers.get_all(&SET_COOKIE).peekable();
        // Most answers set none.
        if lines.peek().is_none() {
            return;
        }
        let Some(host) = origin.site(request) else { return };
        for cookie in lines.filter_map(|line| Kept::read(line, &host, request.path.path())) {
            self.keep(cookie);
        }
    }

    fn keep(&mut self, cookie: Kept) {
        match self.0.iter().position(|known| known.is_same(&cookie)) {
            Some(place) if cookie.is_over() => drop(self.0.remove(place)),
            Some(place) => self.0[place] = cookie,
            None if cookie.is_over() => {}
            None => {
                let place = self.0.partition_point(|known| known.path.len() >= cookie.path.len());
                self.0.insert(place, cookie);
            }
        }
    }

    /// Adds the cookies that belong to a request; a `Cookie` header written in the step stays first, and comes back as it
    /// was.
    pub(in crate::journey) fn apply(&self, request: &mut Request, origin: &Origin) -> Option<HeaderValue> {
        let written = request.headers.get(COOKIE).cloned();
        let Some(host) = origin.site(request) else { return written };
        let path = request.path.path();
        let mut text = written.as_ref().map(|value| value.as_bytes().to_vec()).unwrap_or_default();
        for cookie in self.0.iter().filter(|cookie| cookie.is_for(&host, path)) {
            if !text.is_empty() {
                text.extend_from_slice(b"; ");
            }
            text.extend_from_slice(cookie.name.as_bytes());
            text.push(b'=');
            text.extend_from_slice(cookie.value.as_bytes());
        }
        if let (false, Ok(value)) = (text.is_empty(), HeaderValue::from_bytes(&text)) {
            request.headers.insert(COOKIE, value);
        }
        written
    }

    /// Whether there are none.
    pub(in crate::journey) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
