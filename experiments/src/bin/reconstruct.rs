//! `cargo run -p experiments --bin reconstruct -- RUN_DIR`; see `--help`.

use clap::Parser;
use latent_study::trained::{self, Reconstruct};
use std::process::ExitCode;

fn main() -> ExitCode {
    trained::main("reconstruct", &Reconstruct::parse().run)
}
