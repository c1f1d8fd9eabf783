//! `cargo run -p experiments --bin sample -- RUN_DIR`; see `--help`.

use clap::Parser;
use latent_study::trained::{self, Sample};
use std::process::ExitCode;

fn main() -> ExitCode {
    trained::main("sample", &Sample::parse().run)
}
