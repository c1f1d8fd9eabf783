//! `cargo run -p experiments --bin sweep -- NAME`: a study over many settings and seeds; see `--help`.

use latent_study::cli::parse;
use latent_study::configs;
use latent_study::failure::{Failure, exit};
use latent_study::sweep::{Ended, Flags, run};
use latent_train::interrupt::Interrupt;
use std::process::ExitCode;

fn main() -> ExitCode {
    let flags: Flags = parse();
    match Interrupt::on_ctrl_c()
        .map_err(Failure::from)
        .and_then(|interrupt| run(&flags, &configs!("$CARGO_MANIFEST_DIR/configs/sweeps"), &interrupt))
    {
        Ok(Ended::Complete) => exit(Ok(())),
        Ok(Ended::Failed) => ExitCode::FAILURE,
        // As a shell reports a program that Ctrl-C ended.
        Ok(Ended::Interrupted) => ExitCode::from(130),
        Err(failure) => exit(Err(failure)),
    }
}
