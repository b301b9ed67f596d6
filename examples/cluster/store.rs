//! The store: SQLite, with the original's tables and, beside them, what the scenario
//! looks at.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use fsmcheck::wire::{
    Epoch, MasterMeta, MasterStateCode, Update, Value, WorkerStateCode, WorkerStatus, WorkerType,
};
use rusqlite::types::{ToSqlOutput, Value as SqlValue};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params, params_from_iter};

use crate::Result;

/// How long one process waits for another to have written.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS logic_epochs (epoch INTEGER NOT NULL);
    INSERT INTO logic_epochs SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM logic_epochs);
    CREATE TABLE IF NOT EXISTS executors (id TEXT PRIMARY KEY, address TEXT NOT NULL);
    -- Every status that was written, in order: the trace of the workers.
    CREATE TABLE IF NOT EXISTS history (seq INTEGER PRIMARY KEY, status TEXT NOT NULL);
    -- Every time that the master's business logic was called.
    CREATE TABLE IF NOT EXISTS calls (
        seq INTEGER PRIMARY KEY, master_epoch INTEGER, worker TEXT, epoch INTEGER,
        what TEXT, executor TEXT
    );
    -- Whether the workers may come to their end.
    CREATE TABLE IF NOT EXISTS work (done INTEGER NOT NULL);
";

pub(crate) struct Store(Connection);

/// A call of the master's business logic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Call {
    pub(crate) master_epoch: Epoch,
    pub(crate) worker: String,
    pub(crate) epoch: Epoch,
    pub(crate) what: String,
    pub(crate) executor: String,
}

/// What SQLite keeps for a value of the framework.
struct Stored<'a>(&'a Value);

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match self.0 {
            Value::Int(number) => SqlValue::Integer(*number),
            Value::Text(text) => SqlValue::Text(text.clone()),
            Value::Bytes(bytes) => SqlValue::Blob(bytes.clone()),
            Value::Time(time) => SqlValue::Text(time.to_rfc3339().unwrap_or_default()),
            _ => SqlValue::Null,
        }))
    }
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(Self(connection))
    }

    /// Makes the tables, once, before any process needs them.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let store = Self::open(path)?;
        store.0.pragma_update(None, "journal_mode", "wal")?;
        store.0.execute_batch(SCHEMA)?;
        for table in [
            fsmcheck::wire::table::MASTER_META,
            fsmcheck::wire::table::WORKER_STATUSES,
        ] {
            let columns = table.columns.iter().skip(1);
            let columns: Vec<_> = columns
                .map(|column| format!("{} {}", column.name, column.sql_type))
                .collect();
            let unique = table.indexes.iter().filter(|index| index.unique);
            let unique: String = unique
                .map(|index| format!(", UNIQUE ({})", index.columns.join(", ")))
                .collect();
            store.0.execute_batch(&format!(
                "CREATE TABLE {} (seq_id INTEGER PRIMARY KEY AUTOINCREMENT, {}{unique})",
                table.name,
                columns.join(", ")
            ))?;
        }
        Ok(store)
    }

    /// The next epoch of the one counter that all incarnations share.
    pub(crate) fn next_epoch(&self) -> Result<Epoch> {
        let next = "UPDATE logic_epochs SET epoch = epoch + 1 RETURNING epoch";
        Ok(self.0.query_row(next, [], |row| row.get(0))?)
    }

    /// A new incarnation of the master takes over its row, or makes it.
    pub(crate) fn take_over(&self, master: &MasterMeta) -> Result {
        let values = master.refresh_values();
        if self.update("master_meta", &values, &master.id)? == 0 {
            let sql = "INSERT INTO master_meta \
                       (project_id, id, type, state, node_id, address, epoch) \
                       VALUES ('', ?1, ?2, ?3, ?4, ?5, ?6)";
            let kind = WorkerType::CVS_JOB_MASTER.0;
            let state = MasterStateCode::INIT.0;
            let MasterMeta {
                id,
                node_id,
                addr,
                epoch,
                ..
            } = master;
            self.0
                .execute(sql, params![id, kind, state, node_id, addr, epoch])?;
        }
        Ok(())
    }

    pub(crate) fn end_master(&self, master: &MasterMeta) -> Result {
        self.update("master_meta", &master.exit_values(), &master.id)?;
        Ok(())
    }

    /// Where the master is.
    pub(crate) fn master(&self, id: &str) -> Result<Option<MasterMeta>> {
        let sql = "SELECT node_id, address, epoch, state FROM master_meta WHERE id = ?1";
        let meta = |row: &Row<'_>| {
            Ok(MasterMeta {
                id: id.to_owned(),
                node_id: row.get(0)?,
                addr: row.get(1)?,
                epoch: row.get(2)?,
                state: MasterStateCode(row.get(3)?),
                ..MasterMeta::default()
            })
        };
        Ok(self.0.query_row(sql, [id], meta).optional()?)
    }

    /// Writes a worker's status, unless that of a later incarnation is there. Whether
    /// it was written.
    pub(crate) fn write_status(&mut self, status: &WorkerStatus) -> Result<bool> {
        let values = status.map();
        let names: Vec<_> = values.iter().map(|(name, _)| name).collect();
        let places: Vec<_> = (1..=names.len()).map(|place| format!("?{place}")).collect();
        let updates: Vec<_> = names
            .iter()
            .map(|name| format!("{name} = excluded.{name}"))
            .collect();
        let sql = format!(
            "INSERT INTO worker_statuses ({}) VALUES ({}) ON CONFLICT (job_id, id) \
             DO UPDATE SET {} WHERE excluded.epoch >= epoch",
            names.join(", "),
            places.join(", "),
            updates.join(", ")
        );
        let transaction = self.0.transaction()?;
        let written = transaction.execute(
            &sql,
            params_from_iter(values.iter().map(|(_, value)| Stored(value))),
        )?;
        if written > 0 {
            let json = status.to_json()?;
            transaction.execute("INSERT INTO history (status) VALUES (?1)", [json])?;
        }
        transaction.commit()?;
        Ok(written > 0)
    }

    pub(crate) fn statuses(&self, master: &str) -> Result<Vec<WorkerStatus>> {
        let sql = "SELECT id, state, epoch, error_message, extend_bytes FROM worker_statuses \
                   WHERE job_id = ?1 ORDER BY id";
        let mut statement = self.0.prepare(sql)?;
        let statuses = statement.query_map([master], |row| {
            Ok(WorkerStatus {
                job_id: master.to_owned(),
                id: row.get(0)?,
                kind: WorkerType::CVS_TASK,
                state: WorkerStateCode(row.get(1)?),
                epoch: row.get(2)?,
                error_message: row.get(3)?,
                extend_bytes: row.get(4)?,
                ..WorkerStatus::default()
            })
        })?;
        Ok(statuses.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn delete_status(&self, master: &str, worker: &str) -> Result {
        let sql = "DELETE FROM worker_statuses WHERE job_id = ?1 AND id = ?2";
        self.0.execute(sql, [master, worker])?;
        Ok(())
    }

    pub(crate) fn add_executor(&self, id: &str, address: SocketAddr) -> Result {
        let sql = "INSERT OR REPLACE INTO executors (id, address) VALUES (?1, ?2)";
        self.0.execute(sql, params![id, address.to_string()])?;
        Ok(())
    }

    pub(crate) fn executors(&self) -> Result<Vec<(String, SocketAddr)>> {
        let sql = "SELECT id, address FROM executors ORDER BY id";
        let mut statement = self.0.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (id, address) = row?;
            Ok((id, address.parse()?))
        })
        .collect()
    }

    pub(crate) fn note_call(&self, call: &Call) -> Result {
        let sql = "INSERT INTO calls (master_epoch, worker, epoch, what, executor) \
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let Call {
            master_epoch,
            worker,
            epoch,
            what,
            executor,
        } = call;
        self.0
            .execute(sql, params![master_epoch, worker, epoch, what, executor])?;
        Ok(())
    }

    pub(crate) fn calls(&self) -> Result<Vec<Call>> {
        let sql = "SELECT master_epoch, worker, epoch, what, executor FROM calls ORDER BY seq";
        let mut statement = self.0.prepare(sql)?;
        let calls = statement.query_map([], |row| {
            Ok(Call {
                master_epoch: row.get(0)?,
                worker: row.get(1)?,
                epoch: row.get(2)?,
                what: row.get(3)?,
                executor: row.get(4)?,
            })
        })?;
        Ok(calls.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn history(&self) -> Result<Vec<String>> {
        let mut statement = self.0.prepare("SELECT status FROM history ORDER BY seq")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The work is done: the workers may come to their end.
    pub(crate) fn finish_work(&self) -> Result {
        self.0.execute("INSERT INTO work VALUES (1)", [])?;
        Ok(())
    }

    pub(crate) fn is_work_done(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM work)";
        Ok(self.0.query_row(sql, [], |row| row.get(0))?)
    }

    fn update(&self, table: &str, values: &Update, id: &str) -> Result<usize> {
        let named = values.iter().enumerate();
        let sets: Vec<_> = named
            .map(|(index, (name, _))| format!("{name} = ?{}", index + 2))
            .collect();
        let sql = format!("UPDATE {table} SET {} WHERE id = ?1", sets.join(", "));
        let id = Value::Text(id.to_owned());
        let values = std::iter::once(&id).chain(values.iter().map(|(_, value)| value));
        Ok(self.0.execute(&sql, params_from_iter(values.map(Stored)))?)
    }
}
