//! A message as it is written in a step, against its type: mistakes are found where they stand.

use super::encode::encode;
use crate::journey::condition::json_template;
use crate::journey::judge::excerpt;
use crate::journey::{Json, JsonKind, Scope};
use crate::source::{Located, Mark, Problem, suggest};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// A JSON value of a message, as far as it is known before the run.
#[derive(Debug)]
pub(super) struct Draft {
    mark: Mark,
    /// The value as JSON, where no value of the run is in it.
    text: Option<String>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Scalar,
    List(Vec<Draft>),
    Map(Vec<(Located<String>, Draft)>),
}

impl Draft {
    /// What is known of a written value.
    pub(super) fn of(json: &Json, scope: &Scope) -> Draft {
        // Names that mean nothing are told where the request is made of the same value.
        let mut elsewhere = Vec::new();
        let template = json_template(json, scope, &mut elsewhere);
        let form = match &json.value {
            JsonKind::List(items) => Form::List(items.iter().map(|item| Draft::of(item, scope)).collect()),
            JsonKind::Map(entries) => {
                Form::Map(entries.iter().map(|(key, value)| (key.clone(), Draft::of(value, scope))).collect())
            }
            _ => Form::Scalar,
        };
        let text = template.fixed().filter(|_| elsewhere.is_empty()).map(str::to_owned);
        Draft { mark: json.mark, text, form }
    }

    /// What keeps it from being a message of this type.
    pub(super) fn problems(&self, of: &MessageDescriptor) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_message(of, &mut problems);
        let whole = self.text.as_ref().filter(|_| problems.is_empty());
        if let Some(Err(reason)) = whole.map(|text| encode(of, text.as_bytes())) {
            problems.push(Problem::at(self.mark, format!("this is no `{}`: {reason}", of.full_name())));
        }
        problems
    }

    fn check_message(&self, of: &MessageDescriptor, problems: &mut Vec<Problem>) {
        // Types of Google's own have forms of their own: a time is a text.
        let Form::Map(entries) = &self.form else { return };
        if of.full_name().starts_with("google.protobuf.") {
            return;
        }
        for (key, value) in entries {
            match field(of, key) {
                Some(field) => value.check_field(of, &field, key, problems),
                None if key.starts_with('[') => {}
                None => problems.push(unknown(of, key)),
            }
        }
    }

    fn check_field(
        &self,
        of: &MessageDescriptor,
        field: &FieldDescriptor,
        key: &Located<String>,
        problems: &mut Vec<Problem>,
    ) {
        let before = problems.len();
        match (&self.form, field.kind().as_message()) {
            (Form::Map(entries), Some(entry)) if field.is_map() => {
                if let Some(inner) = entry.map_entry_value_field().kind().as_message() {
                    for (_, value) in entries {
                        value.check_message(inner, problems);
                    }
                }
            }
            (Form::List(items), Some(inner)) if field.is_list() => {
                for item in items {
                    item.check_message(inner, problems);
                }
            }
            (Form::Map(_), Some(inner)) if !field.is_list() => self.check_message(inner, problems),
            _ => {}
        }
        let Some(text) = self.text.as_ref().filter(|_| problems.len() == before) else { return };
        let alone = format!("{{{}:{text}}}", serde_json::Value::from(key.as_str()));
        if encode(of, alone.as_bytes()).is_err() {
            let message = format!("`{}` cannot be {}", key.value, excerpt(text.as_bytes()));
            problems.push(Problem::at(self.mark, message).help(wanted(field, text)));
        }
    }
}

/// The field of a key: its name in JSON or in the type's own file.
fn field(of: &MessageDescriptor, key: &str) -> Option<FieldDescriptor> {
    of.get_field_by_json_name(key).or_else(|| of.get_field_by_name(key))
}

fn unknown(of: &MessageDescriptor, key: &Located<String>) -> Problem {
    let fields: Vec<FieldDescriptor> = of.fields().collect();
    let message = format!("`{}` has no field `{}`", of.full_name(), key.value);
    let help = match fields.as_slice() {
        [] => "it has no fields at all".to_owned(),
        some => suggest(key, some.iter().map(FieldDescriptor::name)),
    };
    Problem::at(key.mark, message).help(help)
}

/// What a field takes.
fn wanted(field: &FieldDescriptor, text: &str) -> String {
    let kind = field.kind();
    if let Some(entry) = kind.as_message().filter(|_| field.is_map()) {
        let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
        return format!("it is a map of {key:?} to {value:?}");
    }
    match &kind {
        _ if field.is_list() => format!("it is a list of {kind:?}"),
        Kind::Enum(names) => {
            let names: Vec<String> = names.values().map(|value| value.name().to_owned()).collect();
            suggest(text.trim_matches('"'), names.iter().map(String::as_str))
        }
        _ => format!("it is of type {kind:?}"),
    }
}
