//! What the shop sells: a fixed list, serialised once at the start, so that a read costs a copy of a pointer.

use crate::shop::reply::json;
use bytes::Bytes;
use serde::Serialize;

/// One thing for sale.
#[derive(Debug, Clone, Copy, Serialize)]
struct Product {
    id: usize,
    sku: &'static str,
    name: &'static str,
    price_cents: u32,
}

/// Stock-keeping unit, name, price in cents. A product's id is its place in this list, from 1.
const GOODS: [(&str, &str, u32); 24] = [
    ("anchor-kedge", "Kedge anchor", 34_900),
    ("anchor-light", "Anchor light", 8_900),
    ("barometer", "Aneroid barometer", 15_900),
    ("bell-brass", "Brass ship's bell", 12_400),
    ("bilge-pump", "Hand bilge pump", 6_900),
    ("bosuns-call", "Bosun's call", 2_900),
    ("chart-baltic", "Chart of the Baltic", 3_400),
    ("chart-biscay", "Chart of the Bay of Biscay", 3_400),
    ("chronometer", "Marine chronometer", 248_000),
    ("cleat-oak", "Oak cleat", 1_200),
    ("compass-brass", "Brass compass", 18_900),
    ("dividers", "Single-handed dividers", 2_600),
    ("fender", "Rope fender", 2_200),
    ("flare-red", "Red hand flare", 1_900),
    ("lantern", "Hurricane lantern", 4_200),
    ("lead-line", "Sounding lead and line", 5_600),
    ("life-ring", "Life ring", 4_900),
    ("log-line", "Chip log and line", 7_200),
    ("oilskin", "Oilskin coat", 16_500),
    ("rope-hemp", "Hemp rope, 30 m", 3_900),
    ("rope-manila", "Manila rope, 30 m", 3_600),
    ("sextant", "Brass sextant", 89_000),
    ("spyglass", "Brass spyglass", 21_000),
    ("storm-jib", "Storm jib", 42_000),
];

/// The goods, ready to be sent.
#[derive(Debug)]
pub(super) struct Catalog {
    all: Bytes,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    sku: &'static str,
    /// What a search looks at: name and unit in lower case.
    words: String,
    body: Bytes,
}

impl Catalog {
    /// Serialises the goods.
    pub(super) fn new() -> Catalog {
        let entry = |(place, &(sku, name, price_cents)): (usize, &(&'static str, &'static str, u32))| Entry {
            sku,
            words: format!("{name} {sku}").to_lowercase(),
            body: json(&Product { id: place + 1, sku, name, price_cents }),
        };
        let entries: Vec<Entry> = GOODS.iter().enumerate().map(entry).collect();
        Catalog { all: list(entries.iter()), entries }
    }

    /// All products as a JSON list with their number.
    pub(super) fn all(&self) -> Bytes {
        self.all.clone()
    }

    /// One product by its id, from 1.
    pub(super) fn get(&self, id: &str) -> Option<Bytes> {
        let place = id.parse::<usize>().ok()?.checked_sub(1)?;
        self.entries.get(place).map(|entry| entry.body.clone())
    }

    /// The products that have every word of `query` in their name or unit, as [`Catalog::all`] lists them.
    pub(super) fn search(&self, query: &str) -> Bytes {
        let query = query.to_lowercase();
        list(
            self.entries
                .iter()
                .filter(|entry| query.split_whitespace().all(|word| entry.words.contains(word))),
        )
    }

    /// Whether the shop sells this unit.
    pub(super) fn sells(&self, sku: &str) -> bool {
        self.entries.binary_search_by(|entry| entry.sku.cmp(sku)).is_ok()
    }
}

/// Ready bodies joined to `{"total":n,"products":[…]}`.
fn list<'a>(entries: impl Iterator<Item = &'a Entry>) -> Bytes {
    let bodies: Vec<&[u8]> = entries.map(|entry| entry.body.as_ref()).collect();
    let mut text = format!("{{\"total\":{},\"products\":[", bodies.len()).into_bytes();
    text.extend_from_slice(&bodies.join(&b','));
    text.extend_from_slice(b"]}");
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_goods_are_sorted_by_unit_because_they_are_searched_so() {
        assert!(GOODS.is_sorted_by(|a, b| a.0 < b.0));
        let catalog = Catalog::new();
        assert!(GOODS.iter().all(|(sku, ..)| catalog.sells(sku)));
        assert!(!catalog.sells("kraken"));
    }

    #[test]
    fn a_search_wants_every_word() {
        let catalog = Catalog::new();
        let found = |query: &str| {
            let list: Value = serde_json::from_slice(&catalog.search(query)).unwrap();
            assert_eq!(list["total"], list["products"].as_array().unwrap().len());
            list["products"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p["sku"].as_str().unwrap().to_owned())
                .collect()
        };
        let cases: [(&str, &[&str]); 5] = [
            ("rope", &["fender", "rope-hemp", "rope-manila"]),
            ("ROPE hemp", &["rope-hemp"]),
            ("brass sext", &["sextant"]),
            ("storm-jib", &["storm-jib"]),
            ("kraken", &[]),
        ];
        for (query, skus) in cases {
            let found: Vec<String> = found(query);
            assert_eq!(found, skus, "{query}");
        }
        assert_eq!(catalog.search(""), catalog.all());
    }

    #[test]
    fn an_id_is_a_place_from_one() {
        let catalog = Catalog::new();
        let first: Value = serde_json::from_slice(&catalog.get("1").unwrap()).unwrap();
        assert_eq!((&first["id"], &first["sku"]), (&Value::from(1), &Value::from("anchor-kedge")));
        for none in ["0", "25", "-1", "", "sextant", "99999999999999999999"] {
            assert_eq!(catalog.get(none), None, "{none}");
        }
    }
}
