//! `cargo run -p experiments --bin encode -- RUN_DIR`; see `--help`.

use latent_study::cli::parse;
use latent_study::trained;
use latent_study::trained::Encode;
use std::process::ExitCode;

fn main() -> ExitCode {
    trained::main("encode", &parse::<Encode>().run)
}
