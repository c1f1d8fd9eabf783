//! Learns banks of convolutional filters from photographs; see `--help`.

use experiments::csc_images::CscImages;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<CscImages>()
}
