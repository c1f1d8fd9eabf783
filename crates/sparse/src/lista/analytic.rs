//! Weights that need no training.

use crate::error::require;
use crate::{Dictionary, SparseError};
use latent_numeric::Scalar;
use latent_numeric::linalg::svd;
use latent_numeric::matmul::matmul;
use ndarray::{Array2, ArrayView2, Axis};

/// The `W` of ALISTA: among all matrices with `w_i' a_i = 1`, the one with the smallest `||W' A||_F`.
///
/// ```text
/// w_i = (A A')^+ a_i / (a_i' (A A')^+ a_i)
/// ```
///
/// Liu, Chen, Wang and Yin, *ALISTA: analytic weights are as good as learned weights in LISTA*, ICLR 2019, minimise the
/// largest element of `|W' A|` off the diagonal, the [generalised coherence](generalised_coherence), and solve this
/// quadratic problem in its place. Its columns are independent, and this is their closed form; where `A A'` is
/// singular, with its pseudo-inverse, which gives the `W` of smallest norm among the minimisers.
///
/// # Shapes
/// As the dictionary, (features, atoms).
///
/// # Errors
/// If an atom is zero, or a decomposition fails.
///
/// ```
/// use latent_sparse::Dictionary;
/// use latent_sparse::lista::analytic_weights;
/// use ndarray::{ArrayView2, array};
///
/// let dictionary = Dictionary::new(array![[1.0_f64, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// let weights = analytic_weights(&dictionary)?;
/// let products = weights.t().dot(&dictionary.atoms());
/// assert!(products.diag().iter().all(|p| (p - 1.0).abs() < 1e-12));
/// // The weights see less of other atoms than the atoms, of norm one, see of each other.
/// let squares = |a: ArrayView2<f64>| a.iter().map(|p| p * p).sum::<f64>();
/// assert!(squares(products.view()) < squares(dictionary.gram()));
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
pub fn analytic_weights<E: Scalar>(dictionary: &Dictionary<E>) -> Result<Array2<E>, SparseError> {
    let what = "analytic weights";
    let decomposition =
        svd(dictionary.atoms()).map_err(|e| SparseError::Decomposition { what, reason: e.to_string() })?;
    // (A A')^+ A = U S^+ V'
    let largest = decomposition.s.first().copied().unwrap_or_else(E::zero);
    let floor = largest * E::epsilon() * E::of(dictionary.features().max(dictionary.len()) as f64);
    let inverse = decomposition.s.mapv(|s| if s > floor { s.recip() } else { E::zero() });
    let mut weights = matmul(decomposition.u.view(), (&decomposition.vt * &inverse.insert_axis(Axis(1))).view());
    for (mut weight, atom) in weights.columns_mut().into_iter().zip(dictionary.atoms().columns()) {
        let norm = atom.dot(&atom);
        require(norm > E::zero(), "the squared norm of an atom", norm.as_f64(), "above 0 for analytic weights")?;
        let scale = weight.dot(&atom).recip();
        weight.mapv_inplace(|w| w * scale);
    }
    Ok(weights)
}

/// `max_(i != j) |w_i' a_j|`, at least 0; how much one code's weight sees of another atom.
///
/// # Shapes
/// `weights` is (features, atoms), as the dictionary.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// use latent_sparse::Dictionary;
/// use latent_sparse::lista::generalised_coherence;
/// use ndarray::array;
///
/// let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// assert_eq!(generalised_coherence(dictionary.atoms(), &dictionary)?, 0.8);
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
pub fn generalised_coherence<E: Scalar>(weights: ArrayView2<E>, dictionary: &Dictionary<E>) -> Result<E, SparseError> {
    let atoms = dictionary.atoms();
    if weights.shape() != atoms.shape() {
        let (found, expected) = (weights.shape().to_vec(), atoms.shape().to_vec());
        return Err(SparseError::Shape { what: "the weights", found, expected });
    }
    let products = matmul(weights.t(), atoms);
    let off = products.indexed_iter().filter(|((i, j), _)| i != j).map(|(_, p)| p.abs());
    Ok(off.fold(E::zero(), |worst, p| if p > worst { p } else { worst }))
}
