//! Messages and their fields.

/// A type of object, or of a part of one: its fields in the order of the types they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name, such as `PodSpec`; with the group before it where two groups use one name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its number in protobuf.
    pub number: u64,
    /// Its name in JSON; empty when its own fields stand in its place.
    pub name: String,
    /// What one value of it is.
    pub kind: Type,
    /// How many values it has, and how they are told apart.
    pub holds: Holds,
    /// Whether nothing and zero are two things (a pointer in Go).
    pub optional: bool,
    /// Whether a value of it has one owner as a whole, whatever is in it. Of a list with keys it is each element.
    pub atomic: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// True or false.
    Truth,
    /// Bytes, in base64.
    Bytes,
    /// A time to the second.
    Time,
    /// A time to the microsecond.
    MicroTime,
    /// A number, or a text such as a percentage or the name of a port.
    NumberOrText,
    /// An amount with its unit, such as `500m`.
    Quantity,
    /// Anything.
    Any,
    /// The message of this name.
    Message(String),
}

/// How many values a field has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// One.
    One,
    /// A map from text.
    Map,
    /// A list.
    List(Keys),
}

/// How the elements of a list are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// Not at all: the list is replaced as a whole.
    None,
    /// By their values, each of which is there once.
    Value,
    /// By these fields of theirs.
    Fields {
        /// The names of the fields.
        names: Vec<String>,
        /// Whether Go writes the list even when it has no elements.
        always: bool,
    },
}

impl Field {
    /// Whether it has one owner as a whole.
    pub fn is_atomic(&self) -> bool {
        match self.holds {
            Holds::One | Holds::Map => self.atomic,
            Holds::List(Keys::None) => true,
            Holds::List(_) => false,
        }
    }
}
