//! `cargo run -p experiments --bin sample -- RUN_DIR`; see `--help`.

use clap::Parser;
use experiments::failure::exit;
use experiments::trained::Sample;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit(Sample::parse().run())
}
