//! The flags of a sweep.

use clap::Parser;
use latent_train::config::Override;
use std::path::PathBuf;

/// Runs a study over a grid or random draws of its configuration, with several seeds, in parallel processes
///
/// Started again, it goes on where it was: finished runs stay, begun ones go on from their last checkpoint. The study's
/// program is that beside this one: build it first, as with `cargo build -p experiments --bins`.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "sweep",
    version,
    after_help = "Examples:
  sweep --list                                    what sweeps there are
  sweep vae_beta --dry-run                        its jobs, and how far each is
  sweep vae_beta --jobs 4 --threads 2             four at a time on two threads each
  sweep my.toml --set seeds=[1,2,3,4] --set set.training.epochs=5
  sweep vae_beta --write                          the jobs for another machine: GNU parallel, SLURM
  sweep vae_beta --summarise                      the table and the page of what is there"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Flags {
    /// A sweep (see --list), or a TOML file
    #[arg(value_name = "NAME|FILE", required_unless_present = "list")]
    pub sweep: Option<String>,

    /// A value of the sweep's file, such as set.training.epochs=5; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<Override>,

    /// List the sweeps
    #[arg(long)]
    pub list: bool,

    /// Show the jobs and how far each is, and run nothing
    #[arg(long, conflicts_with_all = ["write", "summarise"])]
    pub dry_run: bool,

    /// Write the job list and the scripts for GNU parallel and SLURM into the sweep's folder, and run nothing
    #[arg(long, conflicts_with = "summarise")]
    pub write: bool,

    /// Summarise the runs that are finished, and run nothing
    #[arg(long)]
    pub summarise: bool,

    /// Processes at a time [default: as many as there are cores for the threads of each]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: Option<u32>,

    /// Worker threads of each process; results do not depend on it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub threads: u32,

    /// Where the data sets lie [default: the folder that LATENT_DATA_DIR names, then the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Folder of the sweep [default: runs/sweeps/NAME]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

impl Flags {
    /// How many processes at a time.
    pub fn at_a_time(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(|| (cores / self.threads as usize).max(1), |jobs| jobs as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_well_formed() {
        Flags::command().debug_assert();
        assert!(Flags::try_parse_from(["sweep", "--list"]).is_ok());
        let flags = Flags::parse_from(["sweep", "a", "--jobs", "3", "--set", "seeds=[1]"]);
        assert_eq!((flags.at_a_time(), flags.set.len()), (3, 1));
        assert!(Flags::parse_from(["sweep", "a", "--threads", "100000"]).at_a_time() == 1);
        for flags in [&["sweep"][..], &["sweep", "a", "--jobs", "0"], &["sweep", "a", "--write", "--summarise"]] {
            assert!(Flags::try_parse_from(flags).is_err(), "{flags:?}");
        }
    }
}
