//! Reading the files in `types/`.
//!
//! `Name: 1 field type; 2 field type …`, over as many lines as it takes; further lines are indented. `-` for a name
//! puts the fields of the type in its place. A type is a scalar or a message; `[]` before it makes a list, `{}` a
//! map, `?` after it says that nothing and zero differ. Then may follow `by KEY,KEY`, `set`, `atomic`, `always`.

use crate::schema::{Field, Holds, Keys, Message, Type};

/// The messages of a file; the row that cannot be read otherwise.
pub(super) fn parse(text: &str) -> Result<Vec<Message>, String> {
    let mut rows: Vec<String> = Vec::new();
    for line in text.lines() {
        match rows.last_mut() {
            Some(row) if line.starts_with(' ') => {
                row.push(' ');
                row.push_str(line.trim());
            }
            _ => rows.push(line.to_owned()),
        }
    }
    rows.iter().map(|row| message(row).ok_or_else(|| row.clone())).collect()
}

fn message(row: &str) -> Option<Message> {
    let (name, fields) = row.split_once(':')?;
    let fields = fields.split(';').map(str::trim).filter(|one| !one.is_empty());
    Some(Message { name: name.to_owned(), fields: fields.map(field).collect::<Option<_>>()? })
}

fn field(row: &str) -> Option<Field> {
    let mut words = row.split(' ');
    let (number, name, kind) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
    let (mut keys, mut atomic) = (Keys::None, false);
    while let Some(word) = words.next() {
        match (word, &mut keys) {
            ("by", _) => {
                let names = words.next()?.split(',').map(str::to_owned).collect();
                keys = Keys::Fields { names, always: false };
            }
            ("always", Keys::Fields { always, .. }) => *always = true,
            ("set", _) => keys = Keys::Value,
            ("atomic", _) => atomic = true,
            _ => return None,
        }
    }
    let (kind, optional) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
    let (kind, holds) = match (kind.strip_prefix("[]"), kind.strip_prefix("{}")) {
        (Some(kind), _) => (kind, Holds::List(keys)),
        (_, Some(kind)) => (kind, Holds::Map),
        _ => (kind, Holds::One),
    };
    let name = if name == "-" { "" } else { name };
    Some(Field { number, name: name.to_owned(), kind: scalar(kind), holds, optional, atomic })
}

fn scalar(word: &str) -> Type {
    match word {
        "string" => Type::Text,
        "int32" | "int64" => Type::Number,
        "bool" => Type::Truth,
        "bytes" => Type::Bytes,
        "time" => Type::Time,
        "microtime" => Type::MicroTime,
        "int-or-string" => Type::NumberOrText,
        "quantity" => Type::Quantity,
        "any" => Type::Any,
        message => Type::Message(message.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_over_two_lines() {
        let read =
            parse("A: 1 - B; 2 list []C by x,y\n    always; 3 n int32?; 4 m {}string atomic\n").unwrap();
        let field = |number, name: &str, kind, holds| Field {
            number,
            name: name.to_owned(),
            kind,
            holds,
            optional: false,
            atomic: false,
        };
        let names = vec!["x".to_owned(), "y".to_owned()];
        let by = Holds::List(Keys::Fields { names, always: true });
        let fields = vec![
            field(1, "", Type::Message("B".to_owned()), Holds::One),
            field(2, "list", Type::Message("C".to_owned()), by),
            Field { optional: true, ..field(3, "n", Type::Number, Holds::One) },
            Field { atomic: true, ..field(4, "m", Type::Text, Holds::Map) },
        ];
        assert_eq!(read, [Message { name: "A".to_owned(), fields }]);
    }

    #[test]
    fn what_is_no_row_is_told() {
        for row in ["A", "A: x y z", "A: 1 y", "A: 1 y string twice"] {
            assert_eq!(parse(row), Err(row.to_owned()));
        }
    }
}
