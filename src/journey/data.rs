//! Rows of values, one for each arrival.

use super::scope::is_name;
use super::value::Value;
use super::{CompileContext, DataRows, Json, Pairs, Pick};
use crate::source::{Located, Mark, Problem};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// A journey's rows, all with the same columns.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// The columns' names.
    pub columns: Vec<String>,
    rows: Vec<Box<[Value]>>,
    pick: Pick,
}

impl Data {
    /// Reads the rows from where the scenario says.
    pub fn read(spec: &Located<DataRows>, cx: &CompileContext<'_>, problems: &mut Vec<Problem>) -> Data {
        let read = match (&spec.rows, &spec.csv, &spec.jsonl) {
            (Some(rows), None, None) => Ok(from_rows(rows)),
            (None, Some(path), None) => (cx.read)(path).and_then(|bytes| from_csv(&bytes, path)),
            (None, None, Some(path)) => (cx.read)(path).and_then(|bytes| from_json_lines(&bytes, path)),
            _ => Err(Problem::at(spec.mark, "data needs exactly one of `rows`, `csv` and `jsonl`")),
        };
        let table = read.and_then(|table| table.checked(spec.mark));
        match table {
            Ok(table) => Data { columns: table.columns, rows: table.rows, pick: spec.pick },
            Err(problem) => {
                problems.push(problem);
                Data::default()
            }
        }
    }

    /// The row of arrival `number`.
    pub fn row(&self, number: u64, seed: u64) -> &[Value] {
        if self.rows.is_empty() {
            return &[];
        }
        let place = match self.pick {
            Pick::InOrder => number % self.rows.len() as u64,
            Pick::Random => {
                let mut random = Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(17) ^ number);
                random.random_range(0..self.rows.len() as u64)
            }
        };
        &self.rows[usize::try_from(place).unwrap_or(0)]
    }
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Box<[Value]>>,
    /// The first row that does not have the columns of the first one.
    odd: Option<String>,
}

impl Table {
    fn of(rows: impl Iterator<Item = (String, Vec<(String, Value)>)>) -> Table {
        let mut table = Table { columns: Vec::new(), rows: Vec::new(), odd: None };
        for (place, cells) in rows {
            if table.rows.is_empty() {
                table.columns = cells.iter().map(|(column, _)| column.clone()).collect();
            }
            let value = |column: &String| {
                cells.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone())
            };
            let row: Option<Box<[Value]>> = table.columns.iter().map(value).collect();
            match row {
                Some(row) if cells.len() == table.columns.len() => table.rows.push(row),
                _ => {
                    table.odd.get_or_insert(place);
                }
            }
        }
        table
    }

    fn checked(self, mark: Mark) -> Result<Table, Problem> {
        if let Some(place) = self.odd {
            let message =
                format!("{place} has other columns than the first row ({})", self.columns.join(", "));
            return Err(Problem::at(mark, message).help("give every row the same columns"));
        }
        if self.rows.is_empty() {
            return Err(Problem::at(mark, "there is not a single row of data").help("give at least one row"));
        }
        if let Some(column) = self.columns.iter().find(|column| !is_name(column)) {
            let message = format!("the column `{column}` cannot be used as `{{{{ … }}}}`");
            return Err(
                Problem::at(mark, message).help("use letters, digits and `_`, starting with a letter")
            );
        }
        Ok(self)
    }
}

fn from_rows(rows: &[Pairs<Json>]) -> Table {
    Table::of(rows.iter().enumerate().map(|(place, row)| {
        let cells = row.iter().map(|(column, json)| (column.value.clone(), Value::from(&json.plain())));
        (format!("row {}", place + 1), cells.collect())
    }))
}

fn from_csv(bytes: &[u8], path: &Located<String>) -> Result<Table, Problem> {
    let unreadable = |e: csv::Error| {
        Problem::at(path.mark, format!("`{}` is not a CSV table: {e}", path.value))
            .help("give it a header line and as many cells in each row")
    };
    let mut reader = csv::Reader::from_reader(bytes);
    let columns: Vec<String> =
        reader.headers().map_err(unreadable)?.iter().map(|cell| cell.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let cells = columns.iter().cloned().zip(record.iter().map(Value::text)).collect();
        rows.push((format!("row {} of `{}`", rows.len() + 1, path.value), cells));
    }
    Ok(Table::of(rows.into_iter()))
}

fn from_json_lines(bytes: &[u8], path: &Located<String>) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = format!("line {} of `{}`", number + 1, path.value);
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(line).map_err(|e| {
                Problem::at(path.mark, format!("{place} is not a JSON object: {e}"))
                    .help("write one object a line")
            })?;
        rows.push((place, object.iter().map(|(column, json)| (column.clone(), Value::from(json))).collect()));
    }
    Ok(Table::of(rows.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> Located<String> {
        Located { value: name.into(), mark: Mark::default() }
    }

    #[test]
    fn csv_and_json_lines_read_alike_but_for_types() {
        let csv = from_csv(b"id,name\n1,chair\n2,\"a, b\"\n", &path("p.csv"))
            .and_then(|t| t.checked(Mark::default()))
            .unwrap();
        let lines = b"{\"id\": 1, \"name\": \"chair\"}\n\n{\"name\": \"a, b\", \"id\": 2}\n";
        let json = from_json_lines(lines, &path("p.jsonl")).and_then(|t| t.checked(Mark::default())).unwrap();
        assert_eq!(csv.columns, json.columns);
        assert_eq!(csv.rows[1][1], json.rows[1][1]);
        assert_eq!(csv.rows[0][0], Value::text("1"));
        assert_eq!(json.rows[0][0], Value::Json("1".into()));
    }

    #[test]
    fn what_is_refused_and_in_which_words() {
        let refused = |bytes: &[u8]| match from_json_lines(bytes, &path("p.jsonl"))
            .and_then(|t| t.checked(Mark::default()))
        {
            Ok(_) => panic!("accepted"),
            Err(problem) => problem.message,
        };
        assert_eq!(
            refused(b"{\"a\":1}\n{\"b\":1}\n"),
            "line 2 of `p.jsonl` has other columns than the first row (a)"
        );
        assert_eq!(refused(b""), "there is not a single row of data");
        assert_eq!(refused(b"{\"a b\":1}"), "the column `a b` cannot be used as `{{ … }}`");
        assert!(refused(b"[1]").starts_with("line 1 of `p.jsonl` is not a JSON object"));
        assert!(from_csv(b"a,b\n1\n", &path("p.csv")).is_err());
    }

    #[test]
    fn rows_are_taken_in_order_or_by_the_seed() {
        let table = from_csv(b"id\n0\n1\n2\n", &path("p.csv")).unwrap();
        let mut data = Data { columns: table.columns, rows: table.rows, pick: Pick::InOrder };
        let ids = |data: &Data| (0..6).map(|n| data.row(n, 9)[0].as_text().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&data), ["0", "1", "2", "0", "1", "2"]);
        data.pick = Pick::Random;
        assert_eq!(ids(&data), ids(&data));
    }
}
