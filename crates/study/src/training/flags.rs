//! The flags of every study that trains.

use crate::DatasetName;
use crate::cli::{Common, seed, threads};
use clap::Parser;
use latent_train::config::Override;
use std::path::PathBuf;

/// The flags of every study that trains.
///
/// ```
/// use clap::Parser;
/// use latent_study::training::Flags;
///
/// let flags = Flags::parse_from(["study", "--set", "optimizer.learning_rate=3e-4", "--resume", "--seed", "3"]);
/// assert_eq!((flags.set.len(), flags.resume, flags.seed), (1, Some(None), Some(3)));
/// ```
#[derive(Clone, Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  --list                                          what configurations there are
  --set training.epochs=5 --set optimizer.learning_rate=3e-4
  --config my.toml --dry-run                      the model, the data and the time it will take
  --resume runs/...                               go on where a run was stopped"
)]
pub struct Flags {
    /// A configuration of this study (see --list), or a TOML file [default: default]
    #[arg(long, value_name = "NAME|FILE")]
    pub config: Option<String>,

    /// A value of the configuration, such as optimizer.learning_rate=3e-4; may be given several times, the last one of
    /// a key counts
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<Override>,

    /// List the configurations of this study
    #[arg(long, conflicts_with_all = ["check", "dry_run"])]
    pub list: bool,

    /// Show the model, the data, the resolved configuration and an estimate of the time, and train nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Check the configuration, print where its run would go and what all its values are, and do nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,

    /// Go on with the run in this folder; without one, with that of this configuration and seed if it was
    /// begun, and nothing is done if it is finished
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub resume: Option<Option<PathBuf>>,

    /// Which data to learn from, in the place of the configuration's
    #[arg(long, value_name = "NAME")]
    pub dataset: Option<DatasetName>,

    /// Where the data sets lie, and nowhere else [default: the folder that LATENT_DATA_DIR names, then the user's cache
    /// folder, then downloads]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Seed of every random draw, 0 or more [default: that of the run that goes on, or of a configuration file that has
    /// one, else 0]
    #[arg(long, value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = 0, value_parser = threads, allow_negative_numbers = true)]
    pub threads: usize,

    /// Folder for the results [default: one under runs/ named after study, configuration and seed]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Run only if the configuration has this hash, which is the one in the names of run folders
    #[arg(long, value_name = "HASH")]
    pub hash: Option<String>,
}

impl Flags {
    /// The folder of the run to go on with, if it was named.
    pub fn resumed(&self) -> Option<&PathBuf> {
        self.resume.as_ref().and_then(Option::as_ref)
    }

    /// As the flags of any study, with this data set and seed.
    pub fn common(&self, dataset: DatasetName, seed: u64) -> Common {
        let Self { data_dir, threads, output, .. } = self.clone();
        Common { dataset, data_dir, seed, threads, output }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_well_formed() {
        Flags::command().debug_assert();
        let flags = Flags::parse_from(["study", "--resume", "runs/a", "--set", "a.b=1", "--set", "c=x"]);
        assert_eq!((flags.resumed(), flags.set.len()), (Some(&"runs/a".into()), 2));
        for flags in [["--set", "lr"], ["--seed", "-1"], ["--seed", "x"]] {
            assert!(Flags::try_parse_from([&["study"][..], &flags].concat()).is_err(), "{flags:?}");
        }
    }
}
