//! Does the database prove its own rules? Runs every file of the local stack's proofs.

use crate::rig::Rig;
use local_stack::Proof;
use sqlx::Connection as _;
use std::path::Path;
use tokio::task::JoinSet;

/// Every file of `proofs`, so that none is forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_proves_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/local_stack/sql/proofs");
    let mut running = JoinSet::new();
    for proof in Proof::read_all(&folder).unwrap() {
        running.spawn(async move {
            let rig = Rig::new().await;
            let mut connection = rig.connection().await;
            let mut transaction = connection.begin().await.unwrap();
            let proven = proof.run(&mut transaction).await;
            proven.map_err(|error| format!("{}: {error}", proof.name))
        });
    }
    let all = running.join_all().await;
    let failed: Vec<_> = all.iter().filter_map(|proven| proven.as_ref().err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(all.len() >= 10, "{} files", all.len());
}
