//! `cargo run -p experiments --bin sample -- RUN_DIR`; see `--help`.

use experiments::cli::parse;
use experiments::failure::exit;
use experiments::trained::Sample;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit(parse::<Sample>().run())
}
