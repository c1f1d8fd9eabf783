//! The verbs of a study's program that use the model of a finished run.

use super::{Encode, Reconstruct, Run, Sample};
use crate::failure::{Failure, exit};
use crate::sweep::Program;
use crate::training::Study;
use clap::Subcommand;
use std::process::{Command, ExitCode};

/// What can be done with the model of a finished run.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Draw samples of a trained model
    Sample(Sample),
    /// Encode images by a trained model
    Encode(Encode),
    /// Encode images by a trained model and decode them again
    Reconstruct(Reconstruct),
}

impl Verb {
    /// Does it with the model of a run of this study.
    ///
    /// # Errors
    /// Those of the verb.
    pub fn run<S: Study>(&self) -> Result<(), Failure> {
        match self {
            Self::Sample(sample) => sample.run::<S>(),
            Self::Encode(encode) => encode.run::<S>(),
            Self::Reconstruct(reconstruct) => reconstruct.run::<S>(),
        }
    }
}

/// The `main` of a program that does one verb for runs of any study: the program of the run's study, which lies beside this
/// one, is called with the verb and the flags of this one.
pub fn main(verb: &str, run: &Run) -> ExitCode {
    match call(verb, run) {
        Ok(code) => code,
        Err(failure) => exit(Err(failure)),
    }
}

fn call(verb: &str, run: &Run) -> Result<ExitCode, Failure> {
    let here = std::env::current_exe()?;
    let program = Program::of(&run.study()?, here.parent().unwrap_or(here.as_path()))?;
    let status = Command::new(&program.path).arg(verb).args(std::env::args_os().skip(1)).status()?;
    // Without a code it was ended by a signal.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
