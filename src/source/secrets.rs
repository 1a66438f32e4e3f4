//! Values that must never be printed: those that came from outside (`${env:…}`, `${file:…}`), and credentials that stand
//! in a scenario itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Below this a value is no secret: masking every `on` and `80` would only make reports unreadable.
const SHORTEST: usize = 4;

/// Below this a credential of the scenario itself cannot be told from other text.
const SHORTEST_WRITTEN: usize = 6;

/// Shorter lines of a longer value, such as a key in a file, are not looked for alone.
const SHORTEST_LINE: usize = 12;

/// What is shown in the place of a credential that has no name.
const MASK: &str = "***";

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
        self.remember(value, &format!("[{reference}]"));
        // A log shows a key of several lines line by line. Its frame is known to everybody.
        let lines = value.lines().map(str::trim).filter(|_| value.contains('\n'));
        for line in lines.filter(|line| line.len() >= SHORTEST_LINE && !line.starts_with("-----")) {
            self.remember(line, &format!("[{reference}]"));
        }
    }

    /// Remembers a credential that stands in the scenario itself. A plain word, such as the password `postgres`, is
    /// not looked for: it would mask the same word wherever it is none.
    pub fn hide(&mut self, value: &str) {
        let word = value.bytes().all(|byte| byte.is_ascii_lowercase());
        if value.chars().count() >= SHORTEST_WRITTEN && !word {
            self.remember(value, MASK);
        }
    }

    /// Takes over what others know; what is known here already keeps its name.
    pub fn join(&mut self, others: Secrets) {
        for (form, shown) in others.forms {
            self.look_for(form, &shown);
        }
        self.sort();
    }

    fn remember(&mut self, value: &str, shown: &str) {
        for form in forms(value) {
            self.look_for(form, shown);
        }
        self.sort();
    }

    fn look_for(&mut self, form: String, shown: &str) {
        if form.len() >= SHORTEST && !self.forms.iter().any(|(known, _)| *known == form) {
            self.forms.push((form, shown.to_owned()));
        }
    }

    /// The longest come first: a value may be a part of another.
    fn sort(&mut self) {
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
    // Within a word of the shell, and on a page of a server.
    forms.push(value.replace('\'', r"'\''"));
    let page = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    forms.extend(
        [("&quot;", "&#39;"), ("&#34;", "&#x27;")]
            .map(|(double, single)| page.replace('"', double).replace('\'', single)),
    );
    forms.push(page);
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
    fn a_key_of_several_lines_is_found_line_by_line() {
        let mut secrets = Secrets::default();
        secrets.add("file:key.pem", "-----BEGIN KEY-----\nMIIEvQIBADANBg\nAgEAAoIBAQDf\n-----END KEY-----");
        assert_eq!(secrets.redact("| AgEAAoIBAQDf"), "| [file:key.pem]");
        assert_eq!(secrets.redact("| -----END KEY-----"), "| -----END KEY-----");
    }

    #[test]
    fn words_of_the_shell_and_of_pages_hold_values_too() {
        let mut secrets = Secrets::default();
        secrets.add("env:WORD", "it's <\"5\" & 6>");
        for text in [r#"-H 'x: it'\''s <"5" & 6>'"#, "x: it&#39;s &lt;&quot;5&quot; &amp; 6&gt;"] {
            assert!(secrets.redact(text).contains("[env:WORD]"), "{text}");
        }
    }

    #[test]
    fn what_stands_in_the_scenario_is_hidden_unless_it_is_a_plain_word() {
        let mut secrets = secrets();
        let mut written = Secrets::default();
        for word in ["hunter-22", "postgres", "ab1", "s3cr/t +\"key\""] {
            written.hide(word);
        }
        secrets.join(written);
        for (text, shown) in [
            ("got hunter-22, hunter%2D22 and aHVudGVyLTIy", "got ***, *** and ***"),
            ("postgres ab1", "postgres ab1"),
            ("s3cr/t +\"key\"", "[env:TOKEN]"),
        ] {
            assert_eq!(secrets.redact(text), shown);
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
