//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html> reads them.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its name; `message` where the stream does not say.
    pub name: String,
    /// Its lines, joined.
    pub data: String,
}

/// Makes events of bytes as they come.
#[derive(Debug, Default)]
pub struct EventParser {
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed after it belongs to it.
    returned: bool,
    name: String,
    data: Option<String>,
}

impl EventParser {
    /// The events that end within these bytes. Comments and events without data are none.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            let after_return = std::mem::replace(&mut self.returned, *byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.line(&String::from_utf8_lossy(&line)));
                }
                other => self.line.push(*other),
            }
        }
        events
    }

    /// How many bytes are kept for an event that has not ended.
    pub fn held(&self) -> usize {
        self.line.len() + self.data.as_ref().map_or(0, String::len)
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = self.data.take().filter(|data| !data.is_empty())?;
            return Some(Event { name: if name.is_empty() { "message".to_owned() } else { name }, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match (field, &mut self.data) {
            ("event", _) => value.clone_into(&mut self.name),
            ("data", Some(data)) => {
                data.push('\n');
                data.push_str(value);
            }
            ("data", none) => *none = Some(value.to_owned()),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str = ": alive\r\n\r\nid: 1\r\ndata:\r\n\r\nevent: endpoint\rdata: /m?s=1\r\rdata: {\"a\":\ndata: \"ü\"}\n\ndata";

    fn expected() -> Vec<Event> {
        let event = |name: &str, data: &str| Event { name: name.into(), data: data.into() };
        vec![event("endpoint", "/m?s=1"), event("message", "{\"a\":\n\"ü\"}")]
    }

    proptest! {
        #[test]
        fn events_are_the_same_however_the_bytes_come(cuts in proptest::collection::vec(1_usize..9, 40)) {
            let (mut parser, mut rest, mut events) = (EventParser::default(), STREAM.as_bytes(), Vec::new());
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                events.extend(parser.push(piece));
                rest = after;
            }
            events.extend(parser.push(rest));
            prop_assert_eq!(events, expected());
            prop_assert_eq!(parser.held(), 4);
        }
    }
}
