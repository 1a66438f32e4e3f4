//! The query of a request.

use percent_encoding::percent_decode_str;

/// The parameters in order, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(super) fn parse(query: &str) -> Query {
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        });
        Query { pairs: pairs.collect() }
    }

    /// The first value of a parameter, empty when it is missing.
    pub(super) fn text(&self, key: &str) -> &str {
        self.pairs.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }

    /// All values of a parameter.
    pub(super) fn all(&self, key: &str) -> Vec<String> {
        self.pairs.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    }

    /// Whether a parameter is set: `true`, `1`, or there without a value.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.pairs.iter().any(|(name, value)| name == key && matches!(value.as_str(), "" | "1" | "true"))
    }

    /// A number; `None` when it is missing or none.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.text(key).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::parse("labelSelector=app%20in%20(api,web)&watch&limit=2&x=&command=a&command=b+c");
        assert_eq!(query.text("labelSelector"), "app in (api,web)");
        assert!(query.flag("watch") && !query.flag("missing"));
        assert_eq!(query.number("limit"), Some(2));
        assert_eq!(query.number("x"), None);
        assert_eq!(query.all("command"), ["a", "b c"]);
    }
}
