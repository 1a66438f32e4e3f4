//! Customers with a name: they log in with a form and are known by a cookie afterwards. The cookie is all there is to
//! a session, so the shop keeps nothing; it guards nothing either.

use crate::shop::refusal::Refusal;
use crate::shop::reply::{Reply, json, ready};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json as object;
use url::form_urlencoded::parse;

/// The password of every customer.
const PASSWORD: &str = "ahoy";
/// The longest name, in bytes.
const LONGEST: usize = 32;

/// Answers a form with `user` and `password`: the customer's token, also as the cookie `session`.
pub(super) fn login(form: &[u8]) -> Result<Reply, Refusal> {
    let field = |name: &str| parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let user = field("user").filter(|user| is_name(user)).ok_or(Refusal::BadLogin)?;
    if field("password").as_deref() != Some(PASSWORD) {
        return Err(Refusal::WrongPassword);
    }
    let token = format!("session-of-{user}");
    let mut reply = ready(StatusCode::OK, json(&object!({ "user": user, "token": token })));
    let cookie = HeaderValue::try_from(format!("session={token}; Path=/; HttpOnly"));
    reply.headers_mut().insert(SET_COOKIE, cookie.map_err(|_| Refusal::BadLogin)?);
    Ok(reply)
}

/// Answers who the cookie belongs to.
pub(super) fn account(headers: &HeaderMap) -> Result<Reply, Refusal> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let user = cookies
        .flat_map(|line| line.split("; "))
        .find_map(|cookie| cookie.strip_prefix("session=session-of-"))
        .filter(|user| is_name(user))
        .ok_or(Refusal::Stranger)?;
    Ok(ready(StatusCode::OK, json(&object!({ "user": user }))))
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
