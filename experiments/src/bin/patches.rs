//! Learns a dictionary of natural patches and fits Gabor functions to its atoms; see `--help`.

use experiments::patches::Patches;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<Patches>()
}
