//! Texts of the document as the scenario takes them for themselves.

/// A text that stands where outside values are put in.
pub(super) fn plain(text: &str) -> String {
    text.replace("${", "$${")
}

/// A text that stands where values of the run are put in too.
pub(super) fn literal(text: &str) -> String {
    plain(&text.replace("{{", "{{ \"{{\" }}"))
}

/// A name for a template: letters, digits and `_`.
pub(super) fn name(text: &str) -> String {
    let (mut name, mut last) = (String::new(), ' ');
    for c in text.chars() {
        // `orderId` and `order-id` are one name.
        let begins = c.is_ascii_uppercase() && last.is_ascii_lowercase();
        last = c;
        if begins || (!c.is_ascii_alphanumeric() && !name.ends_with('_')) {
            name.push('_');
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        }
    }
    let name = name.trim_matches('_');
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.to_owned()
    } else {
        format!("api_{name}").trim_end_matches('_').to_owned()
    }
}

/// One of many: `orders` are made of an `order`.
pub(super) fn singular(text: &str) -> String {
    match text {
        word if word.ends_with("ies") && word.len() > 4 => format!("{}y", &word[..word.len() - 3]),
        word if word.ends_with('s') && !word.ends_with("ss") && word.len() > 3 => {
            word[..word.len() - 1].to_owned()
        }
        word => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_small_and_told_apart() {
        for (text, expected) in [
            ("bearerAuth", "bearer_auth"),
            ("X-API-Key", "x_api_key"),
            ("order_id", "order_id"),
            ("2fa", "api_2fa"),
            ("ü", "api"),
        ] {
            assert_eq!(name(text), expected);
        }
        for (many, one) in
            [("orders", "order"), ("categories", "category"), ("address", "address"), ("bus", "bus")]
        {
            assert_eq!(singular(many), one);
        }
    }
}
