//! Trains a variational autoencoder on MNIST; see `--help`.

use experiments::training;
use experiments::vae_mnist::VaeMnist;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<VaeMnist>()
}
