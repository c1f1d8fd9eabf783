//! The crate as its users see it.

mod batches;
mod dead_leaves;
mod folder;
mod golden;
mod idx;
mod named;
mod olshausen_field;
mod patches;
mod photographs;
mod planted;
mod reviews;
mod strokes;
mod whiten;

use std::path::PathBuf;

/// The folder of real data, or a visible word that there is none.
fn real_data(needs: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("LATENT_DATA_DIR").map(PathBuf::from);
    let found = folder.filter(|folder| folder.join(needs).is_dir());
    if found.is_none() {
        eprintln!("skipped: LATENT_DATA_DIR names no folder with {needs}");
    }
    found
}
