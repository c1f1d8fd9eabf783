//! Learned encoders of natural patches beside ISTA and FISTA; see `--help`.

use experiments::lista::ListaPatches;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<ListaPatches>()
}
