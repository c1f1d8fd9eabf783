//! `cargo run -p experiments --bin reconstruct -- RUN_DIR`; see `--help`.

use experiments::cli::parse;
use experiments::failure::exit;
use experiments::trained::Reconstruct;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit(parse::<Reconstruct>().run())
}
