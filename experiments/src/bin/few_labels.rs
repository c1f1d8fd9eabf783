//! `cargo run -p experiments --bin few_labels`: see [`experiments::few_labels`].

use experiments::few_labels::FewLabels;
use std::process::ExitCode;

fn main() -> ExitCode {
    experiments::training::main::<FewLabels>()
}
