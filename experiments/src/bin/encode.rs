//! `cargo run -p experiments --bin encode -- RUN_DIR`; see `--help`.

use clap::Parser;
use experiments::failure::exit;
use experiments::trained::Encode;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit(Encode::parse().run())
}
