//! `cargo run -p experiments --bin compare -- RUN_DIR...`: several runs on one page.

use clap::Parser;
use latent_report::{Comparison, ReportError};
use latent_study::cli::parse;
use latent_study::failure::{Failure, exit};
use latent_study::print::print;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares runs: curves over one another, final figures with means over seeds, and in what they differ
///
/// Runs that differ in nothing but the seed are taken together: their figures are means with the 95 % interval of
/// Student's t. The figures are printed, and everything is written to one page that needs no network.
#[derive(Debug, Parser)]
#[command(
    name = "compare",
    version,
    after_help = "Examples:\n  \
        compare runs/vae_mnist/mnist-*\n  \
        compare runs/vae_mnist/mnist-1f0c23ab-s0 runs/vae_mnist/mnist-77e1d0c4-s0 --output beta.html"
)]
struct Flags {
    /// Folders of runs, with config.toml and metrics.jsonl in them
    #[arg(required = true, value_name = "RUN_DIR")]
    runs: Vec<PathBuf>,

    /// The page to write
    #[arg(long, value_name = "FILE", default_value = "compare.html")]
    output: PathBuf,
}

fn main() -> ExitCode {
    exit(compare(&parse()))
}

fn compare(flags: &Flags) -> Result<(), Failure> {
    if flags.output.is_dir() {
        let message = format!("--output is {}, which is a folder", flags.output.display());
        return Err(Failure::new(message).help("name a file, such as compare.html"));
    }
    let comparison = Comparison::read(&flags.runs).map_err(|error| {
        let help = help(&error);
        let failure = Failure::from(error);
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    comparison.write(&flags.output)?;
    print(&format!("{}\nthe page is {}\n", comparison.table(), flags.output.display()));
    Ok(())
}

fn help(error: &ReportError) -> Option<String> {
    match error {
        ReportError::NotARun { path, inside } if !inside.is_empty() => {
            Some(format!("give the runs themselves: compare {}/*", path.display()))
        }
        ReportError::NoFolder { .. } | ReportError::NotARun { .. } => {
            Some("runs are in runs/STUDY/ unless --output said otherwise".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_well_formed_and_a_run_is_needed() {
        Flags::command().debug_assert();
        assert!(Flags::try_parse_from(["compare"]).is_err());
        let flags = Flags::parse_from(["compare", "a", "b", "--output", "c.html"]);
        assert_eq!((flags.runs.len(), flags.output), (2, PathBuf::from("c.html")));
    }

    #[test]
    fn a_folder_of_runs_is_told_what_to_give() {
        let here = tempfile::tempdir().unwrap();
        let run = here.path().join("mnist-s0");
        std::fs::create_dir(&run).unwrap();
        std::fs::write(run.join("config.toml"), "seed = 0\n").unwrap();
        let output = here.path().join("compare.html");
        let flags = |runs: PathBuf| Flags { runs: vec![runs], output: output.clone() };
        let told = compare(&flags(here.path().to_owned())).unwrap_err().to_string();
        assert!(
            told.contains("is not the folder of a run") && told.contains("help: give the runs themselves"),
            "{told}"
        );
        let told = compare(&flags(here.path().join("nowhere"))).unwrap_err().to_string();
        assert!(told.contains("there is no folder"), "{told}");
        assert!(!output.exists());
        compare(&flags(run)).unwrap();
        assert!(output.exists());
    }
}
