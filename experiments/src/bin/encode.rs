//! `cargo run -p experiments --bin encode -- RUN_DIR`; see `--help`.

use experiments::cli::parse;
use experiments::failure::exit;
use experiments::trained::Encode;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit(parse::<Encode>().run())
}
