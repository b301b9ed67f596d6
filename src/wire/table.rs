//! The tables in which the original keeps its records.

/// A table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns; the first is the primary key and counts up by itself.
    pub columns: &'static [Column],
    /// Its indexes beside the primary key.
    pub indexes: &'static [Index],
}

/// A column of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its SQL type, such as `varchar(128)`, with what constrains it.
    pub sql_type: &'static str,
    /// Its comment: which code means what. Empty for none.
    pub comment: &'static str,
}

/// An index of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Index {
    /// The columns, in order.
    pub columns: &'static [&'static str],
    /// Whether no two rows may have the same values there.
    pub unique: bool,
}

const fn column(name: &'static str, sql_type: &'static str) -> Column {
    commented(name, sql_type, "")
}

const fn commented(name: &'static str, sql_type: &'static str, comment: &'static str) -> Column {
    Column {
        name,
        sql_type,
        comment,
    }
}

const fn index(columns: &'static [&'static str]) -> Index {
    Index {
        columns,
        unique: false,
    }
}

const fn unique(columns: &'static [&'static str]) -> Index {
    Index {
        columns,
        unique: true,
    }
}

/// Where [`MasterMeta`](crate::wire::MasterMeta) is kept. A row is deleted by
/// setting its column `deleted`.
pub const MASTER_META: Table = Table {
    name: "master_meta",
    columns: &[
        column("seq_id", "bigint unsigned not null auto_increment"),
        column("created_at", "timestamp"),
        column("updated_at", "timestamp"),
        column("project_id", "varchar(128) not null"),
        column("id", "varchar(128) not null"),
        commented(
            "type",
            "smallint not null",
            "JobManager(1),CvsJobMaster(2),FakeJobMaster(3),DMJobMaster(4),CDCJobMaster(5)",
        ),
        commented(
            "state",
            "tinyint not null",
            "Uninit(1),Init(2),Finished(3),Stopped(4),Failed(5)",
        ),
        column("node_id", "varchar(128) not null"),
        column("address", "varchar(256) not null"),
        column("epoch", "bigint not null"),
        column("config", "blob"),
        column("error_message", "text"),
        column("detail", "blob"),
        column("ext", "json"),
        column("deleted", "timestamp null"),
    ],
    indexes: &[unique(&["id"]), index(&["project_id", "state"])],
};

/// Where [`WorkerStatus`](crate::wire::WorkerStatus) is kept.
pub const WORKER_STATUSES: Table = Table {
    name: "worker_statuses",
    columns: &[
        column("seq_id", "bigint unsigned not null auto_increment"),
        column("created_at", "timestamp"),
        column("updated_at", "timestamp"),
        column("project_id", "varchar(128) not null"),
        column("job_id", "varchar(128) not null"),
        column("id", "varchar(128) not null"),
        column("type", "smallint not null"),
        commented(
            "state",
            "tinyint not null",
            "Normal(1),Created(2),Init(3),Error(4),Finished(5),Stopped(6)",
        ),
        column("epoch", "bigint not null"),
        column("error_message", "text"),
        column("extend_bytes", "blob"),
    ],
    indexes: &[unique(&["job_id", "id"]), index(&["job_id", "state"])],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{
        MASTER_UPDATE_COLUMNS, MasterMeta, MasterStateCode, WORKER_UPDATE_COLUMNS, WorkerStateCode,
        WorkerStatus,
    };

    fn names(table: &Table) -> Vec<&'static str> {
        table.columns.iter().map(|column| column.name).collect()
    }

    fn comment(table: &Table, name: &str) -> &'static str {
        let column = table.columns.iter().find(|column| column.name == name);
        column.unwrap().comment
    }

    #[test]
    fn every_update_and_index_names_columns_of_its_table() {
        let meta = MasterMeta::default();
        let updates = [
            meta.refresh_values(),
            meta.update_state_values(),
            meta.update_error_values(),
            meta.exit_values(),
        ];
        let columns = names(&MASTER_META);
        let updated = updates
            .iter()
            .flat_map(|update| update.iter().map(|(name, _)| name));
        let indexed = MASTER_META
            .indexes
            .iter()
            .flat_map(|index| index.columns.iter().copied());
        for name in updated.chain(MASTER_UPDATE_COLUMNS).chain(indexed) {
            assert!(columns.contains(&name), "{name}");
        }

        let columns = names(&WORKER_STATUSES);
        let update = WorkerStatus::default().map();
        let updated = update.iter().map(|(name, _)| name);
        let indexed = WORKER_STATUSES
            .indexes
            .iter()
            .flat_map(|index| index.columns.iter().copied());
        for name in updated.chain(WORKER_UPDATE_COLUMNS).chain(indexed) {
            assert!(columns.contains(&name), "{name}");
        }
    }

    #[test]
    fn comments_list_the_codes() {
        let listed = |codes: Vec<(i8, Option<&str>)>| {
            let codes = codes
                .into_iter()
                .map(|(code, name)| format!("{}({code})", name.unwrap()));
            codes.collect::<Vec<_>>().join(",")
        };
        let masters = MasterStateCode::NAMED.map(|code| (code.0, code.name()));
        assert_eq!(comment(&MASTER_META, "state"), listed(masters.to_vec()));
        let workers = WorkerStateCode::NAMED.map(|code| (code.0, code.name()));
        assert_eq!(comment(&WORKER_STATUSES, "state"), listed(workers.to_vec()));
    }
}
