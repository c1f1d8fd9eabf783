//! `cargo run -p experiments --bin sample -- RUN_DIR`; see `--help`.

use latent_study::cli::parse;
use latent_study::trained;
use latent_study::trained::Sample;
use std::process::ExitCode;

fn main() -> ExitCode {
    trained::main("sample", &parse::<Sample>().run)
}
