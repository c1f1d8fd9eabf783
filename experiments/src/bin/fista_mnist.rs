//! Learns a dictionary of strokes from MNIST; see `--help`.

use experiments::fista_mnist::FistaMnist;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<FistaMnist>()
}
