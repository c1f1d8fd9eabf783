//! `cargo run -p experiments --bin encode -- RUN_DIR`; see `--help`.

use clap::Parser;
use latent_study::trained::{self, Encode};
use std::process::ExitCode;

fn main() -> ExitCode {
    trained::main("encode", &Encode::parse().run)
}
