//! `cargo run -p experiments --bin lista_synthetic`: see [`experiments::lista_synthetic`].

use clap::Parser;
use experiments::failure::{Failure, exit};
use experiments::lista_synthetic::{Flags, run};
use latent_train::interrupt::Interrupt;
use std::process::ExitCode;

fn main() -> ExitCode {
    let flags = Flags::parse();
    match Interrupt::on_ctrl_c().map_err(Failure::from).and_then(|interrupt| run(&flags, &interrupt)) {
        Ok(true) => ExitCode::SUCCESS,
        // As a shell reports a program that Ctrl-C ended.
        Ok(false) => ExitCode::from(130),
        Err(failure) => exit(Err(failure)),
    }
}
