//! The flags that every study has, under the same names.

use crate::DatasetName;
use crate::failure::Failure;
use clap::{Args, Parser};
use latent_numeric::parallel::{ThreadError, with_threads};
use latent_train::tell::tell;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Flags shared by all studies; a binary flattens them into its own.
///
/// ```
/// use clap::Parser;
/// use latent_study::DatasetName;
/// use latent_study::cli::Common;
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
/// assert_eq!((flags.common.dataset, flags.common.seed), (DatasetName::FASHION_MNIST, 3));
/// ```
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Which data to learn from; auto is the set that the program is about if it is found or can be downloaded, else
    /// synthetic
    #[arg(long, value_name = "NAME", default_value_t)]
    pub dataset: DatasetName,

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
            tell(Failure::of_printing(&cannot));
            1
        }
        _ => error.exit_code(),
    };
    std::process::exit(code)
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
        assert_eq!((&flags.dataset, flags.seed, flags.threads, flags.output.clone()), (&DatasetName::AUTO, 0, 0, None));
        assert!(flags.thread_count() >= 1);
    }

    #[test]
    fn unusable_flags_are_refused() {
        for (flags, why) in [
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
