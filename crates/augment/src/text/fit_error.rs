//! What can be wrong with a corpus that something is fitted to.

use latent_numeric::linalg::LinalgError;

/// Nothing can be fitted to a corpus.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// There is no word, or none that is frequent enough.
    #[error("the corpus of {documents} documents has no words{}", that_occur(*least))]
    NoWords {
        /// How many documents there are.
        documents: usize,
        /// How often a word has to occur.
        least: usize,
    },
    /// A parameter is out of its domain.
    #[error("{name} = {value}: expected {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value given.
        value: String,
        /// The values that are allowed.
        expected: String,
    },
    /// The factorisation failed.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}

fn that_occur(least: usize) -> String {
    if least > 1 { format!(" that occur {least} times or more") } else { String::new() }
}
