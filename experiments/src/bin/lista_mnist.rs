//! Trains encoders of the LISTA family for a dictionary of digits; see `--help`.

use experiments::lista::ListaMnist;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<ListaMnist>()
}
