//! The database: opened, migrated, and the one place where its two kinds differ.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use apalis_sqlite::callback::HookCallbackListener;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, SqlitePool};
use tokio::sync::Mutex;

use crate::diagnostic::{Code, Failure};

static SQLITE: Migrator = sqlx::migrate!("src/register/migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("src/register/migrations/postgres");

/// Our migrations beside those of the job engine, which takes the table of the usual name in SQLite.
const MIGRATIONS: &str = "vinhdanh_migrations";

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);

/// Connections to PostgreSQL of one process.
const CONNECTIONS: u32 = 16;

/// The register; clones share it.
#[derive(Clone)]
pub struct Register {
    pub(super) database: Database,
}

/// One of the two kinds.
#[derive(Clone)]
pub(super) enum Database {
    Sqlite {
        pool: SqlitePool,
        /// One writer at a time in this process, so that none waits out SQLite's own lock.
        writer: Arc<Mutex<()>>,
        /// Hears of jobs written through `pool`.
        listener: HookCallbackListener,
    },
    Postgres(PgPool),
}

/// Runs the same statements on either kind.
macro_rules! on {
    ($register:expr, |$pool:ident| $body:expr) => {
        match &$register.database {
            $crate::register::database::Database::Sqlite { pool: $pool, .. } => $body,
            $crate::register::database::Database::Postgres($pool) => $body,
        }
    };
}

/// Runs the same statements on either kind as one transaction, which is undone where the body leaves early.
macro_rules! as_one {
    ($register:expr, |$tx:ident| $body:block) => {
        match &$register.database {
            $crate::register::database::Database::Sqlite { pool, writer, .. } => {
                let _turn = writer.lock().await;
                let mut $tx =
                    pool.begin_with("BEGIN IMMEDIATE").await.map_err($crate::register::database::unavailable)?;
                let value = $body;
                $tx.commit().await.map_err($crate::register::database::unavailable)?;
                value
            }
            $crate::register::database::Database::Postgres(pool) => {
                let mut $tx = pool.begin().await.map_err($crate::register::database::unavailable)?;
                let value = $body;
                $tx.commit().await.map_err($crate::register::database::unavailable)?;
                value
            }
        }
    };
}

pub(super) use {as_one, on};

impl Register {
    /// Opens the database at a `postgres://` URL, a `sqlite:` URL or a path, and brings its tables up to date.
    pub async fn open(location: &str) -> Result<Self, Failure> {
        let refuse = |error: &dyn std::fmt::Display| {
            // A URL may hold a password: only its kind is told.
            let shown = if is_postgres(location) { "postgres://…" } else { location };
            Failure::one(
                Code::BadConfiguration,
                format!("không mở được cơ sở dữ liệu `{shown}`: {error}"),
                format!("the database `{shown}` cannot be opened: {error}"),
            )
        };
        if is_postgres(location) {
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(ACQUIRE)
                .connect(location)
                .await
                .map_err(|error| refuse(&error))?;
            PostgresStorage::setup(&pool).await.map_err(|error| refuse(&error))?;
            migrate(&POSTGRES).run(&pool).await.map_err(|error| refuse(&error))?;
            return Ok(Self { database: Database::Postgres(pool) });
        }
        let path = location.strip_prefix("sqlite:").unwrap_or(location);
        let path = path.strip_prefix("//").unwrap_or(path);
        if let Some(folder) = Path::new(path).parent() {
            std::fs::create_dir_all(folder).map_err(|error| refuse(&error))?;
        }
        let escaped = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        let (pool, listener) = SqliteStorage::connect_with_callback(&format!("sqlite:{escaped}?mode=rwc"))
            .map_err(|error| refuse(&error))?;
        // What is removed is overwritten, not only set free: names must not outlive the results in the file.
        pool.set_connect_options(pool.connect_options().as_ref().clone().pragma("secure_delete", "ON"));
        // Kept in the file; `synchronous` stays FULL, SQLite's default, since a number taken must not be lost.
        sqlx::query("PRAGMA journal_mode = WAL").execute(&pool).await.map_err(|error| refuse(&error))?;
        SqliteStorage::migrations().run(&pool).await.map_err(|error| refuse(&error))?;
        migrate(&SQLITE).run(&pool).await.map_err(|error| refuse(&error))?;
        Ok(Self { database: Database::Sqlite { pool, writer: Arc::new(Mutex::new(())), listener } })
    }

    /// Whether the database answers, for readiness.
    pub async fn ping(&self) -> Result<(), Failure> {
        on!(self, |pool| sqlx::query("SELECT 1").execute(pool).await.map(|_| ())).map_err(unavailable)
    }

    /// `sqlite` or `postgres`, for the first words of the service.
    pub fn kind(&self) -> &'static str {
        match &self.database {
            Database::Sqlite { .. } => "sqlite",
            Database::Postgres(_) => "postgres",
        }
    }

    /// Takes what was removed out of the journal too, whose pages outlive those of the file they were written for.
    /// Nothing to do on PostgreSQL, whose vacuum and log are its operator's.
    pub(super) async fn clear_journal(&self) -> Result<(), Failure> {
        let Database::Sqlite { pool, writer, .. } = &self.database else { return Ok(()) };
        let _turn = writer.lock().await;
        let (busy, _, _): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(pool).await.map_err(unavailable)?;
        if busy == 0 {
            return Ok(());
        }
        tracing::warn!("the journal is in use and keeps what was removed");
        Err(Failure::one(Code::StorageUnavailable, "cơ sở dữ liệu đang bận", "the database is busy"))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        on!(self, |pool| pool.close().await);
    }
}

fn is_postgres(location: &str) -> bool {
    location.starts_with("postgres://") || location.starts_with("postgresql://")
}

fn migrate(ours: &Migrator) -> Migrator {
    let mut ours = Migrator {
        migrations: ours.migrations.clone(),
        ignore_missing: ours.ignore_missing,
        locking: ours.locking,
        no_tx: ours.no_tx,
        ..Migrator::DEFAULT
    };
    ours.dangerous_set_table_name(MIGRATIONS);
    ours
}

/// A database that does not answer, or answers no.
pub(super) fn unavailable(error: sqlx::Error) -> Failure {
    // Statements carry their values apart, and only a constraint's name can be in the words of a refusal.
    tracing::warn!(%error, "database");
    let code = error.as_database_error().and_then(|error| error.code());
    let (vi, en) = match code.as_deref() {
        // SQLITE_FULL; disk_full of PostgreSQL.
        Some("13" | "53100") => ("ổ đĩa của cơ sở dữ liệu đã đầy", "the disk of the database is full"),
        _ => ("cơ sở dữ liệu không trả lời", "the database does not answer"),
    };
    Failure::one(Code::StorageUnavailable, vi, en)
}
