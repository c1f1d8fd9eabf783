//! The flags that every study has, under the same names.

use crate::print;
use clap::{Args, Parser, ValueEnum};
use latent_numeric::parallel::{ThreadError, with_threads};
use latent_train::tell::tell;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Flags shared by all studies; a binary flattens them into its own.
///
/// ```
/// use clap::Parser;
/// use latent_study::cli::{Common, Dataset};
///
/// #[derive(Parser)]
/// struct Flags {
///     #[command(flatten)]
///     common: Common,
///     /// How many atoms to learn
///     #[arg(long, default_value_t = 256)]
///     atoms: usize,
/// }
///
/// let flags = Flags::parse_from(["study", "--dataset", "fashion-mnist", "--seed", "3"]);
/// assert_eq!((flags.common.dataset, flags.common.seed), (Dataset::FashionMnist, 3));
/// ```
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Which images to learn from; auto is the set that the study is about if it is found or can be downloaded, else
    /// synthetic
    #[arg(long, value_enum, default_value_t = Dataset::Auto)]
    pub dataset: Dataset,

    /// Where the data sets lie, for example with mnist/train-images-idx3-ubyte in it, and nowhere else [default: the
    /// folder that LATENT_DATA_DIR names, then the user's cache folder, then downloads]
    // Not `env = ...`: the variable set to nothing would be an error instead of unset.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Seed of every random draw; the same seed and flags give the same bits
    #[arg(long, default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = 0, value_parser = threads, allow_negative_numbers = true)]
    pub threads: usize,

    /// Folder for the results [default: one under runs/ named after study, configuration and seed]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

impl Common {
    /// Runs `work` on as many threads as asked for.
    ///
    /// # Errors
    /// If the system gives no more threads.
    pub fn on_threads<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R, ThreadError> {
        with_threads(self.threads, work)
    }

    /// How many threads that is.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => cores(),
            count => count,
        }
    }
}

/// A seed as a flag has it.
///
/// # Errors
/// What it must be.
pub fn seed(text: &str) -> Result<u64, String> {
    // As TOML has them too.
    let fits = text.parse().ok().filter(|seed| i64::try_from(*seed).is_ok());
    fits.ok_or_else(|| format!("seeds are whole numbers, 0 or more, up to {}", i64::MAX))
}

/// Threads, or processes, for each core: more only wait for each other.
const MOST_PER_CORE: usize = 16;

/// A number of threads as a flag has it.
///
/// # Errors
/// What it must be: no more than 16 for each core.
pub fn threads(text: &str) -> Result<usize, String> {
    at_most(text.parse().map_err(|_| "expected a whole number, 0 or more".to_owned())?)
}

/// A number of threads or processes that this machine can be asked for.
///
/// # Errors
/// If it is more than 16 for each core.
pub fn at_most(count: usize) -> Result<usize, String> {
    let cores = cores();
    let most = MOST_PER_CORE * cores;
    if count <= most {
        return Ok(count);
    }
    let here = if cores == 1 { "its core".to_owned() } else { format!("each of its {cores} cores") };
    Err(format!("this machine takes at most {most}, {MOST_PER_CORE} for {here}"))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// The flags of this program; where they cannot be read, or ask for help, that is printed and the program ends.
pub fn parse<F: Parser>() -> F {
    F::try_parse().unwrap_or_else(|error| exit_with(&error))
}

/// Prints what is wrong with flags, or the help that they ask for, and ends the program.
pub fn exit_with(error: &clap::Error) -> ! {
    let code = match error.print() {
        // Whoever read along may have left, as `head` does.
        Err(cannot) if cannot.kind() != ErrorKind::BrokenPipe => {
            tell(print::failed(&cannot));
            1
        }
        _ => error.exit_code(),
    };
    std::process::exit(code)
}

/// The data sets of images that a study can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dataset {
    /// MNIST, or BSDS where natural images are wanted, if it is found or can be downloaded; else synthetic
    #[default]
    Auto,
    /// Handwritten digits
    Mnist,
    /// Pictures of clothes
    FashionMnist,
    /// Photographs of the Berkeley segmentation data set
    Bsds,
    /// Drawn strokes of the ten digits, or dead leaves in the place of photographs; needs no file and no network
    Synthetic,
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Bsds => "bsds",
            Self::Synthetic => "synthetic",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        common: Common,
    }

    #[test]
    fn flags_are_well_formed_and_have_defaults() {
        Flags::command().debug_assert();
        let flags = Flags::parse_from(["study"]).common;
        assert_eq!((flags.dataset, flags.seed, flags.threads, flags.output.clone()), (Dataset::Auto, 0, 0, None));
        assert!(flags.thread_count() >= 1);
    }

    #[test]
    fn a_data_set_prints_as_its_flag_value() {
        for set in Dataset::value_variants() {
            assert_eq!(set.to_possible_value().unwrap().get_name(), set.to_string());
            assert_eq!(serde_json::to_value(set).unwrap(), set.to_string());
        }
    }

    #[test]
    fn unusable_flags_are_refused() {
        for (flags, why) in [
            (["--dataset", "mnits"], "a similar value exists: 'mnist'"),
            (["--seed", "-1"], "seeds are whole numbers, 0 or more"),
            (["--seed", "9223372036854775808"], "up to 9223372036854775807"),
            (["--seed", "a"], "seeds are whole numbers, 0 or more"),
            (["--threads", "two"], "expected a whole number, 0 or more"),
            (["--threads", "-2"], "expected a whole number, 0 or more"),
            (["--threads", "1000000"], "this machine takes at most"),
        ] {
            let told = Flags::try_parse_from([&["study"][..], &flags].concat()).err().unwrap().to_string();
            assert!(told.contains(why), "{flags:?}: {told}");
        }
        let most = (MOST_PER_CORE * cores()).to_string();
        assert!(Flags::try_parse_from(["study", "--threads", &most]).is_ok());
    }

    #[test]
    fn work_runs_on_the_threads_asked_for() {
        let flags = Flags::parse_from(["study", "--threads", "3"]).common;
        assert_eq!(flags.thread_count(), 3);
        assert_eq!(flags.on_threads(|| (0..8).len()).unwrap(), 8);
    }
}
