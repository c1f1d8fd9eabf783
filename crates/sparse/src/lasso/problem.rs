//! The problem: a dictionary and a penalty.

use super::penalty::Penalty;
use super::{Lambda, LassoParams};
use crate::error::require;
use crate::units::{from_unit, in_units, require_moderate};
use crate::{Dictionary, SparseError};
use latent_numeric::matmul::matmul;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array1, Array2, ArrayView2};
use std::borrow::Cow;

/// The lasso over a batch with a fixed dictionary:
///
/// ```text
/// min_z 1/2 ||x - W z||^2 + lambda sum_j w_j |z_j| + l2/2 ||z||^2,  z >= 0 where asked for
/// ```
///
/// With `H = W' W + l2 I` and `b = W' x` the smooth part is `1/2 z' H z - b' z` plus a constant, which
/// is how the solvers see it.
#[derive(Clone, Debug)]
pub struct Lasso<'d, E: Scalar> {
    dictionary: &'d Dictionary<E>,
    params: LassoParams<E>,
    hessian: Cow<'d, Array2<E>>,
}

#[compiled_here]
impl<'d, E: Scalar> Lasso<'d, E> {
    /// The lasso with this dictionary and these parameters, which are checked.
    ///
    /// # Errors
    /// If lambda or l2 is negative or not finite, a fraction of lambda_max is outside [0, 1], a weight is
    /// not positive and finite, or there is not one weight for each atom.
    pub fn new(dictionary: &'d Dictionary<E>, params: LassoParams<E>) -> Result<Self, SparseError> {
        match params.lambda {
            Lambda::Absolute(lambda) => require(
                lambda.is_finite() && lambda >= E::zero(),
                "lambda",
                lambda.as_f64(),
                "a finite number, at least 0",
            )?,
            Lambda::FractionOfMax(f) => require(
                f >= E::zero() && f <= E::one(),
                "lambda as a fraction of lambda_max",
                f.as_f64(),
                "a number from 0 to 1",
            )?,
        }
        let l2 = params.l2;
        require(l2.is_finite() && l2 >= E::zero(), "l2", l2.as_f64(), "a finite number, at least 0")?;
        // It is added to squared norms. A very small one vanishes beside them.
        if l2 > E::one() {
            require_moderate::<E>("the square root of l2, the norm of a virtual atom,", 0, l2.as_f64().sqrt())?;
        }
        if let Some(weights) = &params.weights {
            if weights.len() != dictionary.len() {
                return Err(SparseError::Shape {
                    what: "the weights",
                    found: vec![weights.len()],
                    expected: vec![dictionary.len()],
                });
            }
            for (j, &w) in weights.iter().enumerate() {
                require(w.is_finite() && w > E::zero(), "a weight", w.as_f64(), "a finite number above 0")?;
                require_moderate::<E>("the weight of atom", j, w.as_f64())?;
            }
        }
        let mut params = params;
        params.weights = params.weights.map(|w| w.as_standard_layout().into_owned());
        let hessian = if l2 == E::zero() {
            Cow::Borrowed(dictionary.gram_array())
        } else {
            let mut h = dictionary.gram_array().clone();
            h.diag_mut().mapv_inplace(|d| d + l2);
            Cow::Owned(h)
        };
        Ok(Self { dictionary, params, hessian })
    }

    /// The dictionary.
    pub fn dictionary(&self) -> &'d Dictionary<E> {
        self.dictionary
    }

    /// The checked parameters.
    pub fn params(&self) -> &LassoParams<E> {
        &self.params
    }

    /// `H = W' W + l2 I`, (atoms, atoms), in standard layout.
    pub fn hessian(&self) -> ArrayView2<'_, E> {
        self.hessian.view()
    }

    /// The largest eigenvalue of `H`: the Lipschitz constant of the smooth part's gradient.
    pub fn lipschitz(&self) -> E {
        self.dictionary.lipschitz() + self.params.l2
    }

    /// The step size of ISTA, `1 / L`. Atoms that are all zero leave nothing to step along; any step does.
    #[cfg(feature = "lista")]
    pub(crate) fn step_size(&self) -> E {
        let lipschitz = self.lipschitz();
        if lipschitz > E::zero() { lipschitz.recip() } else { E::one() }
    }

    /// The smallest lambda at which the code of each sample is zero: `max_j |w_j' x| / weight_j`, or
    /// without the absolute value (and at least 0) where codes are held positive.
    ///
    /// # Errors
    /// If the samples have the wrong number of features, or hold NaN or an infinity.
    pub fn lambda_max(&self, x: ArrayView2<'_, E>) -> Result<Array1<E>, SparseError> {
        self.dictionary.check_samples(x)?;
        let (x, units) = in_units(x, Array2::zeros((x.nrows(), 0)).view());
        let b = matmul(x.view(), self.dictionary.atoms());
        let mut largest: Array1<E> =
            b.rows().into_iter().map(|b| self.row_lambda_max(b.as_slice().expect("standard layout"))).collect();
        for (row, (largest, &unit)) in largest.iter_mut().zip(&units).enumerate() {
            from_unit("lambda_max", row, unit, [largest])?;
        }
        Ok(largest)
    }

    /// The penalty of a sample with this lambda.
    pub(crate) fn penalty(&self, lambda: E) -> Penalty<'_, E> {
        let weights = self.params.weights.as_ref().map(|w| w.as_slice().expect("standard layout"));
        Penalty { lambda, weights, l2: self.params.l2, positive: self.params.positive }
    }

    pub(super) fn row_lambda_max(&self, b: &[E]) -> E {
        self.penalty(E::one()).largest(b)
    }
}
