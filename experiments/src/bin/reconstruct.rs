//! `cargo run -p experiments --bin reconstruct -- RUN_DIR`; see `--help`.

use clap::Parser;
use experiments::failure::exit;
use experiments::trained::Reconstruct;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit(Reconstruct::parse().run())
}
