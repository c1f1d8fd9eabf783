//! A batch of samples on its way through a solver, block by block.

use super::block::{Block, Outcome};
use super::certificate::{Certificate, Terms};
use super::{Codes, Lambda, Lasso, Prepared, Solver, Stop, StopReason};
use crate::SparseError;
use crate::error::require;
use crate::units::{from_unit, in_units, lambda_in, squares_from};
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::{Scalar, compiled_here, parallel};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};

/// Samples that are solved together. Fixed, so that bits do not depend on the number of threads; large
/// enough for matrix products to be fast, small enough for a block to stay in a core's cache.
pub(crate) const BLOCK: usize = 128;

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
impl<E: Scalar> Lasso<'_, E> {
    /// Codes every row of `x`, from zero.
    ///
    /// # Shapes
    /// `x` is (samples, features); the codes are (samples, atoms).
    ///
    /// # Errors
    /// If `x` has the wrong number of features or holds NaN or an infinity, or if the solver refuses the
    /// problem.
    pub fn solve(&self, x: ArrayView2<'_, E>, solver: &dyn Solver<E>, stop: &Stop) -> Result<Codes<E>, SparseError> {
        self.solve_from(x, Array2::zeros((x.nrows(), self.dictionary().len())), solver, stop)
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
        let dictionary = self.dictionary();
        dictionary.check_samples(x)?;
        dictionary.check_start(x.nrows(), start.view())?;
        if self.params().positive
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
        let mut b = Array2::zeros((rows, self.dictionary().len()));
        matmul_into(E::one(), x, self.dictionary().atoms(), E::zero(), b.view_mut(), Threads::One);
        let squared_norms: Vec<f64> =
            x.rows().into_iter().map(|r| r.iter().map(|v| v.as_f64().powi(2)).sum()).collect();
        let lambda: Vec<E> = match self.params().lambda {
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
        let atoms = self.dictionary().atoms();
        let mut r = x.as_standard_layout().into_owned();
        matmul_into(-E::one(), codes, atoms.t(), E::one(), r.view_mut(), Threads::One);
        let mut q = codes.mapv(|z| -self.params().l2 * z);
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
