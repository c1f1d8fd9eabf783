//! What a user chooses.

use crate::SparseError;
use crate::error::require;
use crate::lasso::{LassoParams, Stop};
use latent_numeric::Scalar;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// When and how the atoms are updated from the codes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// After every batch, one round of block coordinate descent on statistics of all batches so far, in
    /// which older ones count less: before batch `t` they are scaled by `(1 - 1/t)^forgetting`.
    /// Source: Mairal, Bach, Ponce and Sapiro 2010, algorithms 1 and 2, section 3.4.2.
    Online {
        /// How fast the past is forgotten, at least 0 (not at all): the weight of a batch falls to 1/e while
        /// the number of batches grows by a factor of `1 + 1 / forgetting`. The codes of early batches belong to
        /// atoms that are long gone. On handwritten digits 32 ends a tenth lower than 2; on natural patches the
        /// best is near 8, and all from 2 to 64 are within 5 % after one epoch and 1 % after five.
        forgetting: f64,
    },
    /// After every epoch, block coordinate descent to convergence on the statistics of that epoch.
    Alternating,
    /// After every epoch, the least-squares dictionary `W = X' Z (Z' Z)^-1`: the method of optimal
    /// directions, Engan, Aase and Husoy 1999.
    Mod,
    /// After every epoch, for each atom the best rank-one fit of what the others leave of the samples that
    /// use it, coefficients included: Aharon, Elad and Bruckstein 2006. Holds all samples and codes in
    /// memory.
    Ksvd,
}

/// Where the first atoms come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init<E> {
    /// Samples drawn at random, without repetition.
    Samples,
    /// Independent normal entries.
    Gaussian,
    /// These atoms in columns, (features, atoms).
    Given(Array2<E>),
}

/// The settings of a [`DictionaryLearner`](super::DictionaryLearner), unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DictionaryParams<E> {
    /// How many atoms to learn.
    pub atoms: usize,
    /// The penalty on the codes.
    pub penalty: LassoParams<E>,
    /// When and how the atoms are updated from the codes.
    pub method: Method,
    /// Passes over the samples.
    pub epochs: usize,
    /// Samples that are coded with the same atoms before the statistics are updated.
    pub batch_size: usize,
    /// When the solver of the codes stops, while the dictionary is learned.
    pub stop: Stop,
    /// Where the first atoms come from.
    pub init: Init<E>,
    /// After this many samples in a row without any use, an atom is replaced by the normalised residual of
    /// a badly fitted sample.
    pub dead_after: usize,
    /// The seed of the random streams: the first atoms and the order of samples.
    pub seed: u64,
}

impl<E: Scalar> DictionaryParams<E> {
    /// Online learning in one pass, with batches of 512 samples coded to a relative gap of 1e-2.
    pub fn new(atoms: usize, penalty: LassoParams<E>) -> Self {
        Self {
            atoms,
            penalty,
            method: Method::Online { forgetting: 32.0 },
            epochs: 1,
            batch_size: 512,
            stop: Stop::gap(1e-2),
            init: Init::Samples,
            dead_after: 5_000,
            seed: 0,
        }
    }

    /// Checks everything that can be checked without samples.
    pub(super) fn check(&self) -> Result<(), SparseError> {
        let at_least_one = |n: usize, name| require(n > 0, name, 0.0, "a whole number of at least 1");
        at_least_one(self.atoms, "atoms")?;
        at_least_one(self.batch_size, "batch_size")?;
        at_least_one(self.dead_after, "dead_after")?;
        self.stop.check()?;
        if let Method::Online { forgetting } = self.method {
            let ok = forgetting.is_finite() && forgetting >= 0.0;
            require(ok, "forgetting", forgetting, "a finite number, at least 0")?;
        }
        if let Init::Given(atoms) = &self.init
            && atoms.ncols() != self.atoms
        {
            return Err(SparseError::Shape {
                what: "the given first atoms",
                found: atoms.shape().to_vec(),
                expected: vec![atoms.nrows(), self.atoms],
            });
        }
        Ok(())
    }
}
