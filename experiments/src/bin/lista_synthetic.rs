//! Learned encoders that recover planted codes; see `--help`.

use experiments::lista_synthetic::ListaSynthetic;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<ListaSynthetic>()
}
