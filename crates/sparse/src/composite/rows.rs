//! Samples on their way through proximal gradient with any penalty, block by block.

use super::point::{Point, apply_in, norm, value_in};
use crate::kernels::{combine, sums};
use crate::lasso::{BLOCK, Outcome, Rows, Steps, StopReason};
use crate::prox::Prox;
use crate::units::{from_unit, in_units, require_moderate, squares_from};
use crate::{Dictionary, SparseError};
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::{Scalar, compiled_here, parallel};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// What all samples have in common. The penalty is behind a pointer, so that all this is compiled once.
pub(super) struct Solve<'p, E: Scalar> {
    pub dictionary: &'p Dictionary<E>,
    pub penalty: &'p (dyn Prox<E> + Sync),
    /// How far from optimal a code is.
    pub measure: &'p (dyn Fn(&Point<'_, E>) -> f64 + Sync),
    /// What that may be.
    pub tolerance: f64,
    pub max_iterations: usize,
    /// `1/L` of the step that is measured.
    pub step: E,
    pub steps: Steps<E>,
    pub with_history: bool,
}

/// How a sample ended, in the unit of the data.
#[derive(Clone, Debug)]
pub struct Reached {
    pub(super) data_term: f64,
    pub(super) penalty: f64,
    pub(super) measure: f64,
    /// `1/2 ||x||^2`, what a relative gap is relative to; of a zero sample the square of its unit.
    pub(super) scale: f64,
    pub(super) support: usize,
    pub(super) iterations: usize,
    pub(super) stop: StopReason,
    pub(super) history: Vec<f64>,
}

#[compiled_here]
impl<E: Scalar> Solve<'_, E> {
    /// Solves checked samples in place.
    pub fn run(&self, x: ArrayView2<'_, E>, mut codes: ArrayViewMut2<'_, E>) -> Result<Vec<Reached>, SparseError> {
        let blocks = codes.axis_chunks_iter_mut(Axis(0), BLOCK).zip(x.axis_chunks_iter(Axis(0), BLOCK));
        let blocks = parallel::map(blocks, |block, (codes, x)| self.block(block * BLOCK, x, codes));
        // The first error by row, whichever thread met one first.
        let blocks: Result<Vec<Vec<Reached>>, SparseError> = blocks.into_iter().collect();
        Ok(blocks?.into_iter().flatten().collect())
    }

    /// `first` is the number of the first row in the batch.
    fn block(
        &self,
        first: usize,
        x: ArrayView2<'_, E>,
        mut codes: ArrayViewMut2<'_, E>,
    ) -> Result<Vec<Reached>, SparseError> {
        let (x, units) = in_units(x, codes.view());
        for (mut code, &unit) in codes.rows_mut().into_iter().zip(&units) {
            code.mapv_inplace(|z| z / unit);
        }
        let squared_norms: Vec<f64> =
            x.rows().into_iter().map(|x| x.iter().map(|v| v.as_f64().powi(2)).sum()).collect();
        for (row, (squared, unit)) in squared_norms.iter().zip(&units).enumerate() {
            // The penalty is a number in double precision, comparable with this square.
            require_moderate::<f64>("the norm of sample", first + row, unit.as_f64() * squared.sqrt())?;
        }
        let atoms = self.dictionary.atoms();
        let mut b = Array2::zeros(codes.dim());
        matmul_into(E::one(), x.view(), atoms, E::zero(), b.view_mut(), Threads::One);
        let mut rows = OfPenalty {
            solve: self,
            units: &units,
            squared_norms: &squared_norms,
            correlations: b.rows().into_iter().map(|b| norm(b.iter().copied())).collect(),
            // What ends the iterations is computed from `b - H z`, whose rounding errors the certificate does not share.
            tolerance: self.tolerance - (32.0 * E::epsilon().as_f64()).min(0.5 * self.tolerance),
            codes: codes.to_owned(),
            outcomes: vec![Outcome { iterations: 0, stop: StopReason::MaxIterations }; x.nrows()],
            history: vec![Vec::new(); x.nrows()],
        };
        self.steps.run(self.dictionary.gram(), rows.codes.clone(), b, self.max_iterations, &mut rows);

        let mut r = x.clone();
        matmul_into(-E::one(), rows.codes.view(), atoms.t(), E::one(), r.view_mut(), Threads::One);
        let mut q = Array2::zeros(codes.dim());
        matmul_into(E::one(), r.view(), atoms, E::zero(), q.view_mut(), Threads::One);
        let mut all = Vec::with_capacity(x.nrows());
        for (row, &unit) in units.iter().enumerate() {
            let residual = r.row(row).iter().map(|r| r.as_f64().powi(2)).sum();
            let (z, q) = (rows.codes.row(row), q.row(row));
            let (z, q) = (z.to_slice().expect("standard layout"), q.to_slice().expect("standard layout"));
            let point = rows.point(row, residual, z, q);
            let measure = (self.measure)(&point);
            let Outcome { iterations, stop } = rows.outcomes[row];
            let stop = match stop {
                // The proof counts, not what was believed on the way.
                _ if measure <= self.tolerance => StopReason::Converged,
                StopReason::Converged => StopReason::Precision,
                reason => reason,
            };
            let half = if squared_norms[row] > 0.0 { 0.5 * squared_norms[row] } else { 1.0 };
            let mut code = codes.row_mut(row);
            code.iter_mut().zip(z).for_each(|(code, &z)| *code = z);
            from_unit("the code", first + row, unit, &mut code)?;
            all.push(Reached {
                data_term: squares_from(unit, 0.5 * residual),
                penalty: self.penalty.value(code.view()),
                measure,
                scale: squares_from(unit, half),
                support: code.iter().filter(|z| **z != E::zero()).count(),
                iterations,
                stop,
                history: std::mem::take(&mut rows.history[row]),
            });
        }
        Ok(all)
    }
}

/// The samples of a block with the penalty.
struct OfPenalty<'s, 'p, E: Scalar> {
    solve: &'s Solve<'p, E>,
    units: &'s [E],
    squared_norms: &'s [f64],
    /// `||W' x||` of each row.
    correlations: Vec<f64>,
    tolerance: f64,
    /// (rows, atoms), where to start and then the answers.
    codes: Array2<E>,
    outcomes: Vec<Outcome>,
    history: Vec<Vec<f64>>,
}

impl<E: Scalar> OfPenalty<'_, '_, E> {
    fn point<'z>(&self, row: usize, residual: f64, z: &'z [E], q: &'z [E]) -> Point<'z, E> {
        Point {
            unit: self.units[row],
            half_squared: 0.5 * self.squared_norms[row],
            correlation: self.correlations[row],
            step: self.solve.step,
            residual,
            z,
            q,
        }
    }
}

impl<E: Scalar> Rows<E> for OfPenalty<'_, '_, E> {
    fn step(&self, row: usize, step: E, [y, hy, b]: [&[E]; 3], out: &mut [E]) {
        for (j, out) in out.iter_mut().enumerate() {
            *out = y[j] - step * (hy[j] - b[j]);
        }
        apply_in(self.solve.penalty, self.units[row], out, step);
    }

    fn varying_objective(&self, row: usize, [z, hz, b]: [&[E]; 3]) -> f64 {
        // The second pair of products is <z, H z> here.
        let sums = sums(z, b, hz, None);
        0.5 * sums.zq - sums.zb + value_in(self.solve.penalty, self.units[row], z)
    }

    fn reached(&mut self, row: usize, point: [&[E]; 3]) {
        if self.solve.with_history {
            let objective = 0.5 * self.squared_norms[row] + self.varying_objective(row, point);
            self.history[row].push(squares_from(self.units[row], objective));
        }
    }

    fn settle(&mut self, row: usize, iterations: usize, [z, hz, b]: [&[E]; 3], q: &mut [E]) -> bool {
        combine([E::one(), -E::one()], b, hz, q);
        let sums = sums(z, b, q, None);
        // Rounding takes it below 0; a NaN stays one.
        let residual = self.squared_norms[row] - sums.zb - sums.zq;
        let residual = if residual < 0.0 { 0.0 } else { residual };
        let good = (self.solve.measure)(&self.point(row, residual, z, q)) <= self.tolerance;
        if good {
            self.leave(row, z, Outcome { iterations, stop: StopReason::Converged });
        }
        good
    }

    fn leave(&mut self, row: usize, z: &[E], outcome: Outcome) {
        self.codes.row_mut(row).iter_mut().zip(z).for_each(|(code, &z)| *code = z);
        self.outcomes[row] = outcome;
    }
}
