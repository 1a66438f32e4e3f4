//! What is said to the database, for a table whose name needs no quotes.

/// The statements for one table.
pub(super) struct Statements {
    pub(super) exists: String,
    pub(super) create: String,
    pub(super) insert: String,
    pub(super) select: String,
    pub(super) delete: String,
}

impl Statements {
    pub(super) fn of(table: &str) -> Statements {
        Statements {
            exists: format!("SELECT to_regclass('{table}') IS NOT NULL"),
            // No constraint, so that a write that is there twice shows.
            create: format!("CREATE TABLE IF NOT EXISTS {table} (id text, seq bigint, payload text)"),
            insert: format!("INSERT INTO {table} (id, seq, payload) VALUES ($1, $2, $3)"),
            select: format!("SELECT id, payload FROM {table} WHERE starts_with(id, $1)"),
            delete: format!("DELETE FROM {table} WHERE starts_with(id, $1)"),
        }
    }
}
