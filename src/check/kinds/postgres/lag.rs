//! How far standbys lag.

use super::Role;

/// The question to a primary: each standby, whether we may see it, and how many seconds it lags. A standby that says
/// nothing any more lags since its last word, but only where there is something to say: an idle one does not lag.
const OF_PRIMARY: &str = "SELECT application_name, state, greatest(coalesce(extract(epoch FROM replay_lag), 0), \
     CASE WHEN flush_lsn < pg_current_wal_lsn() THEN extract(epoch FROM now() - reply_time) ELSE 0 END) \
     FROM pg_stat_replication";

/// The question to a standby: whether it receives, whether it has replayed all it received, and the age of what it
/// replayed last.
const OF_STANDBY: &str = "SELECT (SELECT count(*) FROM pg_stat_wal_receiver), \
     pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), \
     extract(epoch FROM now() - pg_last_xact_replay_timestamp())";

/// What is asked of a server of this role.
pub(super) const fn question(role: Role) -> &'static str {
    match role {
        Role::Primary => OF_PRIMARY,
        Role::Standby => OF_STANDBY,
    }
}

/// One row of the answer, its fields as text.
pub(super) type Row = Vec<Option<String>>;

/// How many seconds the last standby lags.
///
/// # Errors
/// Why that cannot be said, and what to do about it.
pub(super) fn seconds(role: Role, rows: &[Row]) -> Result<f64, String> {
    let field = |row: &Row, place: usize| row.get(place).cloned().flatten();
    let number = |row: &Row, place: usize| field(row, place).and_then(|text| text.parse::<f64>().ok());
    match role {
        Role::Primary => {
            if rows.is_empty() {
                return Err(
                    "no standby follows this primary; look whether one runs and can connect".to_owned()
                );
            }
            if rows.iter().any(|row| field(row, 1).is_none()) {
                return Err("the user may not see how far standbys are; GRANT pg_monitor to it".to_owned());
            }
            if let Some(row) = rows.iter().find(|row| field(row, 1).as_deref() != Some("streaming")) {
                let (name, state) = (field(row, 0).unwrap_or_default(), field(row, 1).unwrap_or_default());
                return Err(format!("the standby `{name}` does not stream: its state is {state}"));
            }
            Ok(rows.iter().filter_map(|row| number(row, 2)).fold(0.0, f64::max))
        }
        Role::Standby => {
            let Some(row) = rows.first() else { return Err("it says nothing of its state".to_owned()) };
            if number(row, 0) != Some(1.0) {
                let since = number(row, 2).map_or_else(String::new, |age| {
                    format!("; the last transaction that it replayed is {age:.1} s old")
                });
                return Err(format!("it receives nothing from its primary{since}"));
            }
            if field(row, 1).as_deref() == Some("t") {
                return Ok(0.0);
            }
            number(row, 2).ok_or_else(|| "it has replayed no transaction yet".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_standby_counts_and_silence_is_no_zero() {
        let row = |fields: &[&str]| -> Row {
            fields.iter().map(|field| (*field != "-").then(|| (*field).to_owned())).collect()
        };
        for (role, rows, expected) in [
            (Role::Primary, vec![row(&["a", "streaming", "0.2"]), row(&["b", "streaming", "7.5"])], Ok(7.5)),
            (Role::Primary, vec![], Err("no standby")),
            (Role::Primary, vec![row(&["a", "-", "-"])], Err("pg_monitor")),
            (
                Role::Primary,
                vec![row(&["a", "catchup", "0"])],
                Err("`a` does not stream: its state is catchup"),
            ),
            (Role::Standby, vec![row(&["1", "t", "3600"])], Ok(0.0)),
            (Role::Standby, vec![row(&["1", "f", "2.5"])], Ok(2.5)),
            (
                Role::Standby,
                vec![row(&["0", "t", "12.34"])],
                Err("receives nothing from its primary; the last transaction that it replayed is 12.3 s old"),
            ),
            (Role::Standby, vec![row(&["1", "f", "-"])], Err("no transaction yet")),
        ] {
            match (seconds(role, &rows), expected) {
                (Ok(got), Ok(wanted)) => assert!((got - wanted).abs() < 1e-9, "{rows:?}: {got}"),
                (Err(got), Err(wanted)) => assert!(got.contains(wanted), "{got}"),
                (got, wanted) => panic!("{rows:?}: {got:?}, expected {wanted:?}"),
            }
        }
    }
}
