//! Values that came from outside (`${env:…}`, `${file:…}`) and must never be printed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Below this a value is no secret: masking every `on` and `80` would only make reports unreadable.
const SHORTEST: usize = 4;

/// Below this the Base64 forms within other data are too short to be told from chance.
const SHORTEST_WITHIN: usize = 8;

/// What `encodeURIComponent` leaves alone, so that both this and the full encoding are found.
const URI_COMPONENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'~').remove(b'*');

/// What the URL standard encodes in a path, and in a query: the rest travels as it is.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}');
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// Outside values with the names that are shown in their place.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// What to look for and what to show instead, longest first.
    forms: Vec<(String, String)>,
}

impl Secrets {
    /// Remembers a value under the reference that named it, such as `env:TOKEN`.
    pub fn add(&mut self, reference: &str, value: &str) {
        if value.chars().count() < SHORTEST {
            return;
        }
        let shown = format!("[{reference}]");
        for form in forms(value) {
            if form.len() >= SHORTEST && !self.forms.iter().any(|(known, _)| *known == form) {
                self.forms.push((form, shown.clone()));
            }
        }
        self.forms.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// The text with every known value, plain or encoded, replaced by its reference; also the beginning of one where
    /// the text was cut in the middle of it.
    pub fn redact(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for (form, shown) in &self.forms {
            if clean.contains(form.as_str()) {
                clean = clean.replace(form.as_str(), shown);
            }
        }
        if self.is_empty() || !clean.contains(CUT) {
            return clean;
        }
        let parts = clean.split(CUT).map(|part| self.without_end(part));
        let mut parts: Vec<String> = parts.collect();
        // What follows the last cut was not cut.
        if let (Some(last), Some((_, whole))) = (parts.last_mut(), clean.rsplit_once(CUT)) {
            whole.clone_into(last);
        }
        parts.join(CUT.encode_utf8(&mut [0; 4]))
    }

    /// The text with the beginning of a value at its end replaced, the longest that there is.
    fn without_end(&self, text: &str) -> String {
        let beginnings = self.forms.iter().filter_map(|(form, shown)| {
            let lengths = form.char_indices().map(|(length, _)| length);
            let longest =
                lengths.filter(|length| *length >= SHORTEST && text.ends_with(&form[..*length])).max()?;
            Some((longest, shown))
        });
        match beginnings.max_by_key(|(length, _)| *length) {
            Some((length, shown)) => format!("{}{shown}", &text[..text.len() - length]),
            None => text.to_owned(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }
}

/// The forms in which a value may turn up in a message.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![
        value.to_owned(),
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(value, URI_COMPONENT).to_string(),
        utf8_percent_encode(value, URI_COMPONENT).to_string().replace("%20", "+"),
        utf8_percent_encode(value, PATH).to_string(),
        utf8_percent_encode(value, QUERY).to_string(),
        STANDARD_NO_PAD.encode(value),
        URL_SAFE_NO_PAD.encode(value),
    ];
    let escaped = serde_json::Value::from(value).to_string();
    forms.push(escaped[1..escaped.len() - 1].to_owned());
    if value.len() >= SHORTEST_WITHIN {
        for shift in 0..3 {
            forms.push(within_base64(value, shift));
        }
    }
    forms
}

/// The part of the Base64 of a longer text that depends on `value` alone, when `value` begins `shift` bytes after a
/// group of three: this is how a password shows in `user:password`.
fn within_base64(value: &str, shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(value.as_bytes());
    let bits = bytes.len() * 8;
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    let first = (shift * 8).div_ceil(6);
    encoded[first..bits / 6].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add("env:TOKEN", "s3cr/t +\"key\"");
        secrets.add("env:LONG", "s3cr/t +\"key\" and more");
        secrets.add("env:MODE", "on");
        secrets
    }

    #[test]
    fn values_are_replaced_in_every_form() {
        let value = "s3cr/t +\"key\"";
        let secrets = secrets();
        let json = serde_json::json!({ "token": value }).to_string();
        for (text, shown) in [
            (format!("got {value}."), "got [env:TOKEN].".to_owned()),
            (format!("{value} and more"), "[env:LONG]".into()),
            ("?t=s3cr%2Ft%20%2B%22key%22&x".into(), "?t=[env:TOKEN]&x".into()),
            ("t=s3cr%2Ft+%2B%22key%22".into(), "t=[env:TOKEN]".into()),
            (json, r#"{"token":"[env:TOKEN]"}"#.into()),
            ("GET /s3cr/t%20+%22key%22 failed".into(), "GET /[env:TOKEN] failed".into()),
            (STANDARD.encode(value), "[env:TOKEN]==".into()),
            ("turn it on".into(), "turn it on".into()),
        ] {
            assert_eq!(secrets.redact(&text), shown);
        }
    }

    #[test]
    fn where_a_text_was_cut_the_beginning_of_a_value_is_found() {
        let secrets = secrets();
        for (text, shown) in [
            ("it says `token s3cr/t +…`", "it says `token [env:TOKEN]…`"),
            ("s3cr… and s3cr/t…, not s3cr/t", "[env:TOKEN]… and [env:TOKEN]…, not s3cr/t"),
            ("too short to tell: s3c…", "too short to tell: s3c…"),
            ("`s3cr%2Ft%20…`", "`[env:TOKEN]…`"),
        ] {
            assert_eq!(secrets.redact(text), shown);
        }
    }

    #[test]
    fn a_password_within_basic_credentials_is_found_at_every_offset() {
        for user in ["u", "me", "you", "them"] {
            let header = STANDARD.encode(format!("{user}:s3cr/t +\"key\"!"));
            let shown = secrets().redact(&header);
            assert!(shown.contains("[env:TOKEN]"), "{user}: {shown}");
        }
    }
}
