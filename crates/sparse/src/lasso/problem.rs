//! The problem: a dictionary and a penalty.

use super::block::{Block, Outcome};
use super::certificate::{Certificate, Terms};
use super::penalty::Penalty;
use super::{Codes, Lambda, LassoParams, Prepared, Solver, Stop, StopReason};
use crate::error::require;
use crate::units::{from_unit, lambda_in, require_moderate, squares_from, unit_of, unit_of_some};
use crate::{Dictionary, SparseError};
use latent_numeric::matmul::{Threads, matmul, matmul_into};
use latent_numeric::{Scalar, compiled_here, parallel};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis};
use std::borrow::Cow;

/// Samples that are solved together. Fixed, so that bits do not depend on the number of threads; large
/// enough for matrix products to be fast, small enough for a block to stay in a core's cache.
pub(crate) const BLOCK: usize = 128;

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

/// Where a final certificate takes its residual from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certify {
    /// From `x - W z`, independent of anything the solver computed.
    Residual,
    /// From `b - H z`: a fraction of the work where there are more features than atoms, with the
    /// rounding errors of `W' x`.
    Correlations,
}

#[compiled_here]
impl<'d, E: Scalar> Lasso<'d, E> {
    /// Checks the parameters.
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
        self.check_samples(x)?;
        let (x, units) = in_units(x, Array2::zeros((x.nrows(), 0)).view());
        let b = matmul(x.view(), self.dictionary.atoms());
        let mut largest: Array1<E> =
            b.rows().into_iter().map(|b| self.row_lambda_max(b.as_slice().expect("standard layout"))).collect();
        for (row, (largest, &unit)) in largest.iter_mut().zip(&units).enumerate() {
            from_unit("lambda_max", row, unit, [largest])?;
        }
        Ok(largest)
    }

    /// Codes every row of `x`, from zero.
    ///
    /// # Shapes
    /// `x` is (samples, features); the codes are (samples, atoms).
    ///
    /// # Errors
    /// If `x` has the wrong number of features or holds NaN or an infinity, or if the solver refuses the
    /// problem.
    pub fn solve(&self, x: ArrayView2<'_, E>, solver: &dyn Solver<E>, stop: &Stop) -> Result<Codes<E>, SparseError> {
        self.solve_from(x, Array2::zeros((x.nrows(), self.dictionary.len())), solver, stop)
    }

    /// Codes every row of `x`, starting at the rows of `start` (a warm start).
    ///
    /// # Shapes
    /// `x` is (samples, features); `start` and the codes are (samples, atoms).
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and if `start` has another shape, is not finite, or is negative where codes
    /// are held positive.
    pub fn solve_from(
        &self,
        x: ArrayView2<'_, E>,
        start: Array2<E>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<Codes<E>, SparseError> {
        self.check_samples(x)?;
        let expected = [x.nrows(), self.dictionary.len()];
        if start.shape() != expected {
            return Err(SparseError::Shape {
                what: "the starting codes",
                found: start.shape().to_vec(),
                expected: expected.to_vec(),
            });
        }
        crate::atoms::check_finite("the starting codes", start.view())?;
        if self.params.positive
            && let Some(&z) = start.iter().find(|z| **z < E::zero())
        {
            require(false, "a starting code", z.as_f64(), "at least 0, as codes are held positive")?;
        }
        stop.check()?;
        let mut codes = if start.is_standard_layout() { start } else { start.as_standard_layout().into_owned() };
        let certificates =
            self.run(x, codes.view_mut(), solver.prepare(self)?.as_ref(), stop, Certify::Residual, E::one())?;
        Ok(Codes { codes, certificates })
    }

    /// The certificates of given codes; their iterations are 0 and their stop reason says whether the gap is
    /// within `tolerance`.
    ///
    /// # Shapes
    /// `x` is (samples, features), `codes` is (samples, atoms).
    ///
    /// # Errors
    /// As [`solve_from`](Self::solve_from).
    pub fn certify(
        &self,
        x: ArrayView2<'_, E>,
        codes: ArrayView2<'_, E>,
        tolerance: f64,
    ) -> Result<Vec<Certificate>, SparseError> {
        let nothing = Stop::gap(tolerance).max_iterations(0);
        Ok(self.solve_from(x, codes.to_owned(), &Unchanged, &nothing)?.certificates)
    }

    /// Solves checked samples in place, block by block in parallel, from codes as they are to codes in this unit.
    pub(crate) fn run(
        &self,
        x: ArrayView2<'_, E>,
        mut codes: ArrayViewMut2<'_, E>,
        prepared: &dyn Prepared<E>,
        stop: &Stop,
        certify: Certify,
        unit: E,
    ) -> Result<Vec<Certificate>, SparseError> {
        let blocks = codes.axis_chunks_iter_mut(Axis(0), BLOCK).zip(x.axis_chunks_iter(Axis(0), BLOCK));
        let blocks = parallel::map(blocks, |block, (codes, x)| {
            self.run_block((block * BLOCK, unit), x, codes, prepared, *stop, certify)
        });
        // The first error by row, whichever thread met one first.
        let blocks: Result<Vec<Vec<Certificate>>, SparseError> = blocks.into_iter().collect();
        Ok(blocks?.into_iter().flatten().collect())
    }

    /// `first` is the number of the first row in the batch, `to` the unit that codes are left in.
    fn run_block(
        &self,
        (first, to): (usize, E),
        x: ArrayView2<'_, E>,
        mut codes: ArrayViewMut2<'_, E>,
        prepared: &dyn Prepared<E>,
        stop: Stop,
        certify: Certify,
    ) -> Result<Vec<Certificate>, SparseError> {
        let rows = x.nrows();
        let (x, units) = in_units(x, codes.view());
        let x = x.view();
        for (mut code, &unit) in codes.rows_mut().into_iter().zip(&units) {
            code.mapv_inplace(|z| z / unit);
        }
        let mut b = Array2::zeros((rows, self.dictionary.len()));
        matmul_into(E::one(), x, self.dictionary.atoms(), E::zero(), b.view_mut(), Threads::One);
        let squared_norms: Vec<f64> =
            x.rows().into_iter().map(|r| r.iter().map(|v| v.as_f64().powi(2)).sum()).collect();
        let lambda: Vec<E> = match self.params.lambda {
            Lambda::Absolute(lambda) => units.iter().map(|&unit| lambda_in(unit, lambda)).collect(),
            Lambda::FractionOfMax(f) => {
                b.rows().into_iter().map(|b| f * self.row_lambda_max(b.as_slice().expect("standard layout"))).collect()
            }
        };
        // The solver's gap comes from `b - H z`, whose rounding errors the final certificate does not share.
        let allowance = (32.0 * E::epsilon().as_f64()).min(0.5 * stop.relative_gap);
        let inner = Stop { relative_gap: stop.relative_gap - allowance, ..stop };
        let mut outcomes = vec![Outcome { iterations: 0, stop: StopReason::MaxIterations }; rows];
        prepared.solve(Block {
            units: &units,
            data: x,
            correlations: b.view(),
            squared_norms: &squared_norms,
            lambda: &lambda,
            codes: codes.view_mut(),
            outcomes: &mut outcomes,
            stop: inner,
        });
        let terms = match certify {
            Certify::Residual => self.terms_from_residual(x, codes.view(), &lambda),
            Certify::Correlations => self.terms_from_correlations(b, codes.view(), &squared_norms, &lambda),
        };
        for (row, (mut code, &unit)) in codes.rows_mut().into_iter().zip(&units).enumerate() {
            from_unit("the code", first + row, unit / to, &mut code)?;
        }
        let finish = |(((terms, outcome), z), &unit): (((Terms, Outcome), ArrayView1<'_, E>), &E)| Certificate {
            data_term: squares_from(unit, terms.data),
            l1_term: squares_from(unit, terms.l1),
            l2_term: squares_from(unit, terms.l2),
            gap: squares_from(unit, terms.gap),
            relative_gap: terms.relative_gap,
            support: z.iter().filter(|z| **z != E::zero()).count(),
            iterations: outcome.iterations,
            stop: match outcome.stop {
                // The proof counts, not what the solver believed.
                StopReason::Converged | StopReason::MaxIterations | StopReason::Precision
                    if terms.relative_gap <= stop.relative_gap =>
                {
                    StopReason::Converged
                }
                StopReason::Converged => StopReason::Precision,
                reason => reason,
            },
        };
        Ok(terms.into_iter().zip(outcomes).zip(codes.rows()).zip(&units).map(finish).collect())
    }

    fn terms_from_residual(&self, x: ArrayView2<'_, E>, codes: ArrayView2<'_, E>, lambda: &[E]) -> Vec<Terms> {
        let atoms = self.dictionary.atoms();
        let mut r = x.as_standard_layout().into_owned();
        matmul_into(-E::one(), codes, atoms.t(), E::one(), r.view_mut(), Threads::One);
        let mut q = codes.mapv(|z| -self.params.l2 * z);
        matmul_into(E::one(), r.view(), atoms, E::one(), q.view_mut(), Threads::One);
        let row = |i: usize| {
            let (z, q) = (codes.row(i), q.row(i));
            let (z, q) = (z.to_slice().expect("standard layout"), q.to_slice().expect("standard layout"));
            self.penalty(lambda[i]).terms_from_residual(x.row(i), r.row(i), z, q)
        };
        (0..x.nrows()).map(row).collect()
    }

    fn terms_from_correlations(
        &self,
        b: Array2<E>,
        codes: ArrayView2<'_, E>,
        squared_norms: &[f64],
        lambda: &[E],
    ) -> Vec<Terms> {
        let mut q = b.clone();
        matmul_into(-E::one(), codes, self.hessian(), E::one(), q.view_mut(), Threads::One);
        let row = |i: usize| {
            let (z, b, q) = (codes.row(i), b.row(i), q.row(i));
            self.penalty(lambda[i]).terms_from_correlations(
                squared_norms[i],
                z.to_slice().expect("standard layout"),
                b.to_slice().expect("standard layout"),
                q.to_slice().expect("standard layout"),
            )
        };
        (0..codes.nrows()).map(row).collect()
    }

    /// The penalty of a sample with this lambda.
    pub(crate) fn penalty(&self, lambda: E) -> Penalty<'_, E> {
        let weights = self.params.weights.as_ref().map(|w| w.as_slice().expect("standard layout"));
        Penalty { lambda, weights, l2: self.params.l2, positive: self.params.positive }
    }

    fn row_lambda_max(&self, b: &[E]) -> E {
        self.penalty(E::one()).largest(b)
    }

    /// Checks shape and values.
    pub(crate) fn check_samples(&self, x: ArrayView2<'_, E>) -> Result<(), SparseError> {
        if x.ncols() != self.dictionary.features() {
            return Err(SparseError::Shape {
                what: "the samples",
                found: x.shape().to_vec(),
                expected: vec![x.nrows(), self.dictionary.features()],
            });
        }
        crate::atoms::check_finite("the samples", x)
    }
}

/// Samples in rows, each divided by the unit of its own that comes with it, in which the code to start from is finite.
fn in_units<E: Scalar>(x: ArrayView2<'_, E>, start: ArrayView2<'_, E>) -> (Array2<E>, Vec<E>) {
    let mut scaled = x.as_standard_layout().into_owned();
    let half_the_range = E::max_value().sqrt();
    let of_row = |(mut row, start): (ArrayViewMut1<'_, E>, ArrayView1<'_, E>)| {
        let unit = match (unit_of_some(row.iter()), unit_of_some(start.iter())) {
            (Some(of_sample), Some(of_start)) => of_sample.max(unit_of(&[of_start / half_the_range])),
            (of_sample, of_start) => of_sample.or(of_start).unwrap_or_else(E::one),
        };
        row.mapv_inplace(|v| v / unit);
        unit
    };
    let units = scaled.rows_mut().into_iter().zip(start.rows()).map(of_row).collect();
    (scaled, units)
}

/// Leaves codes as they are, so that they can be certified.
#[derive(Debug)]
struct Unchanged;

#[compiled_here]
impl<E: Scalar> Solver<E> for Unchanged {
    fn name(&self) -> &'static str {
        "unchanged"
    }

    fn prepare<'p>(&self, _: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(Self))
    }
}

impl<E: Scalar> Prepared<E> for Unchanged {
    fn solve(&self, _: Block<'_, E>) {}
}
