//! Learns convolutional filters of photographs together with their encoders; see `--help`.

use experiments::psd_images::PsdImages;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<PsdImages>()
}
