//! Trains a generative adversarial network on MNIST; see `--help`.

use experiments::gan_mnist::GanMnist;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<GanMnist>()
}
