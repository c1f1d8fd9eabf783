//! What can be wrong with the input of sparse coding.

/// Why a sparse coding problem could not be set up or a solver could not be run on it.
///
/// Not converging is no error: the certificate of each code says how far the solver got.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SparseError {
    /// A dictionary without atoms, or atoms without features.
    #[error("a dictionary of shape {features} x {atoms} (features x atoms) is empty: both must be at least 1")]
    EmptyDictionary {
        /// Rows of the dictionary.
        features: usize,
        /// Columns of the dictionary.
        atoms: usize,
    },
    /// Convolutional filters of which there are none, or that have no channels or pixels.
    #[error(
        "filters of shape {filters} x {channels} x {height} x {width} (filters x channels x height x width) are \
         empty: all must be at least 1"
    )]
    EmptyFilters {
        /// How many filters.
        filters: usize,
        /// Their channels.
        channels: usize,
        /// Their height.
        height: usize,
        /// Their width.
        width: usize,
    },
    /// An image on which a filter does not fit.
    #[error(
        "an image of {} x {} pixels is smaller than a filter of {} x {}: it must be at least as large",
        image.0, image.1, filter.0, filter.1
    )]
    ImageTooSmall {
        /// Height and width of the image.
        image: (usize, usize),
        /// Height and width of the filters.
        filter: (usize, usize),
    },
    /// NaN or an infinity in an array.
    #[error("{what} holds the value {value} at row {row}, column {column}: every value must be finite")]
    NonFinite {
        /// Which array.
        what: &'static str,
        /// Its row, counted from 0.
        row: usize,
        /// Its column, counted from 0.
        column: usize,
        /// The value found there.
        value: f64,
    },
    /// A result that is no number of the scalar type.
    #[error(
        "{what} at row {row}, column {column} is {value:e} in units of {unit:e}: this is out of the range of {scalar}"
    )]
    OutOfRange {
        /// Which array.
        what: &'static str,
        /// Its row, counted from 0.
        row: usize,
        /// Its column, counted from 0.
        column: usize,
        /// The value, in units.
        value: f64,
        /// The unit.
        unit: f64,
        /// The scalar type.
        scalar: &'static str,
    },
    /// An atom, a filter or a weight whose square is close to the end of the scalar's range.
    #[error(
        "{what} {index} is {value:e}: expected 0 or a number from {:e} to {:e}, whose squares {scalar} can compute with",
        range.0, range.1
    )]
    Magnitude {
        /// What is measured: `"the norm of atom"`.
        what: &'static str,
        /// Which one, counted from 0.
        index: usize,
        /// Its size.
        value: f64,
        /// The smallest and the largest allowed.
        range: (f64, f64),
        /// The scalar type.
        scalar: &'static str,
    },
    /// A learner that has learned nothing yet.
    #[error("the learner has no {what} yet: it must be given samples first")]
    NotFitted {
        /// What was asked for.
        what: &'static str,
    },
    /// An array of the wrong shape.
    #[error("{what} has the shape {found:?}, expected {expected:?}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// The shape it must have.
        expected: Vec<usize>,
    },
    /// A number outside its domain.
    #[error("{name} is {value}, expected {expected}")]
    Parameter {
        /// The parameter's name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// More non-zero coefficients were asked for than there are atoms.
    #[error("{asked} non-zero coefficients were asked for, but the dictionary has {atoms} atoms")]
    TooManyNonZeros {
        /// Coefficients asked for.
        asked: usize,
        /// Atoms there are.
        atoms: usize,
    },
    /// A solver that cannot treat an option of the problem.
    #[error("the solver {solver} does not support {option}")]
    Unsupported {
        /// The solver's name.
        solver: &'static str,
        /// The option it cannot treat.
        option: &'static str,
    },
    /// No samples where at least one is needed.
    #[error("{what} needs at least {needed} samples, found {found}")]
    TooFewSamples {
        /// Who needs them.
        what: &'static str,
        /// How many.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Processes that are to learn the same together were given different things.
    #[error("process {rank} has other parameters or samples than process 0: all must be given the same")]
    RanksDiffer {
        /// The first that differs.
        rank: usize,
    },
    /// A decomposition of a matrix that the method needs failed.
    #[error("{what}: the decomposition of a matrix failed: {reason}")]
    Decomposition {
        /// Which step needed it.
        what: &'static str,
        /// What the decomposition said.
        reason: String,
    },
}

pub(crate) fn require(ok: bool, name: &'static str, value: f64, expected: &'static str) -> Result<(), SparseError> {
    if ok { Ok(()) } else { Err(SparseError::Parameter { name, value, expected }) }
}
