//! Trains a classifier on few labelled sentences, augmented or not; see `--help`.

use experiments::text_augmentation::TextAugmentation;
use experiments::training;
use std::process::ExitCode;

fn main() -> ExitCode {
    training::main::<TextAugmentation>()
}
