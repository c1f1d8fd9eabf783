//! A path of codes, as LARS finds it.

use crate::SparseError;
use crate::error::require;
use crate::units::from_unit;
use latent_numeric::Scalar;
use ndarray::Array1;
use sprs::CsMat;

/// The minimisers of one sample's lasso for every lambda from some end upwards.
///
/// They are linear in lambda between knots, where an atom joins or leaves the support, and zero from the
/// first knot, `lambda_max`, on.
#[derive(Clone, Debug)]
pub struct LarsPath<E> {
    lambdas: Vec<E>,
    codes: CsMat<E>,
}

impl<E: Scalar> LarsPath<E> {
    /// From knots: a lambda, and its coefficients by atom, all in this unit.
    pub(super) fn new(atoms: usize, knots: &[(f64, Vec<(usize, f64)>)], unit: E) -> Result<Self, SparseError> {
        let mut starts = vec![0];
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        let mut lambdas: Vec<E> = knots.iter().map(|&(lambda, _)| E::of(lambda)).collect();
        from_unit("lambda at the knots of a path", 0, unit, &mut lambdas)?;
        for (knot, (_, code)) in knots.iter().enumerate() {
            for &(atom, z) in code {
                let mut z = E::of(z);
                from_unit("the code at a knot of a path", knot, unit, [&mut z])?;
                if z != E::zero() {
                    columns.push(atom);
                    values.push(z);
                }
            }
            starts.push(columns.len());
        }
        Ok(Self { lambdas, codes: CsMat::new((knots.len(), atoms), starts, columns, values) })
    }

    /// The lambda of each knot, descending from `lambda_max`; the last is the end of the path, where nothing
    /// need join or leave.
    pub fn lambdas(&self) -> &[E] {
        &self.lambdas
    }

    /// The code at each knot, a compressed sparse row matrix (knots, atoms).
    pub fn codes(&self) -> &CsMat<E> {
        &self.codes
    }

    /// The minimiser for this lambda, (atoms).
    ///
    /// # Errors
    /// If lambda is below the end of the path, or NaN.
    pub fn at(&self, lambda: E) -> Result<Array1<E>, SparseError> {
        let end = self.lambdas[self.lambdas.len() - 1];
        // Above lambda_max the path goes on, whatever end was asked for.
        require(lambda >= end, "lambda", lambda.as_f64(), "a number on the path, no smaller than its last knot")?;
        let mut code = Array1::zeros(self.codes.cols());
        let mut add = |knot: usize, share: E| {
            for (j, &z) in self.codes.outer_view(knot).expect("one row for each knot").iter() {
                code[j] += share * z;
            }
        };
        // The first knot that is not above lambda.
        match self.lambdas.partition_point(|&knot| knot > lambda) {
            0 => {}
            k => {
                let (above, below) = (self.lambdas[k - 1], self.lambdas[k]);
                let share = (above - lambda) / (above - below);
                add(k - 1, E::one() - share);
                add(k, share);
            }
        }
        Ok(code)
    }
}
