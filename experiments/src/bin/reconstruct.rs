//! `cargo run -p experiments --bin reconstruct -- RUN_DIR`; see `--help`.

use latent_study::cli::parse;
use latent_study::trained;
use latent_study::trained::Reconstruct;
use std::process::ExitCode;

fn main() -> ExitCode {
    trained::main("reconstruct", &parse::<Reconstruct>().run)
}
