//! `cargo run -p experiments --bin sweep -- NAME`: a study over many settings and seeds; see `--help`.

use latent_study::cli::parse;
use latent_study::configs;
use latent_study::sweep;
use std::process::ExitCode;

fn main() -> ExitCode {
    sweep::main(&parse(), &configs!("$CARGO_MANIFEST_DIR/configs/sweeps"))
}
