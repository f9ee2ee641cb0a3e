//! Does the database prove its own rules? Runs every file of the local stack's proofs.

use crate::rig::Rig;
use sqlx::{AssertSqlSafe, Executor as _};
use std::path::Path;
use tokio::task::JoinSet;

/// Every file of `proofs`, so that none is forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_proves_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/local_stack/sql/proofs");
    let mut running = JoinSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        running.spawn(async move {
            let rig = Rig::new().await;
            let mut connection = rig.connection().await;
            let sql = std::fs::read_to_string(&path).unwrap();
            let proven = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            proven.map(|_| ()).map_err(|error| format!("{name}: {error}"))
        });
    }
    let all = running.join_all().await;
    let failed: Vec<_> = all.iter().filter_map(|proven| proven.as_ref().err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(all.len() >= 9, "{} files", all.len());
}
