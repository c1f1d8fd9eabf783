//! Orthogonal matching pursuit.

use super::active_rows::{row, row_mut};
use super::gram_rows::combine_rows;
use super::growing_cholesky::GrowingCholesky;
use super::{Block, Lasso, Outcome, Prepared, Solver, StopReason};
use crate::SparseError;
use crate::error::require;
use latent_numeric::{Scalar, compiled_here};
use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

/// Orthogonal matching pursuit: adds atoms one at a time, with least squares on those chosen.
///
/// ```text
/// j   = argmax over j outside S of |w_j' r| / ||w_j||,   S <- S + {j}
/// z_S = argmin ||x - W_S z_S||,   r = x - W_S z_S
/// ```
///
/// Atoms may have any norm; of equal scores the lowest index counts, and an atom that depends on those chosen
/// is passed over. An iteration is one atom. The work is on the Gram matrix and the correlations `W' x` (batch
/// OMP), without the residual.
///
/// It ends at [`nonzeros`](Self::nonzeros) atoms ([`StopReason::AtomCount`]), or as soon as `||r||` is within
/// [`residual_norm`](Self::residual_norm) ([`StopReason::ResidualNorm`]), at least one of which must be given; or
/// where no further atom lowers the residual ([`StopReason::NoFurtherAtom`]). The gap of [`Stop`](super::Stop)
/// does not end it. The problem's lambda plays no part in the choice, but the certificate is that of the lasso: its
/// objective counts the l1 term, and its gap is that to the lasso's minimum. The starting code is ignored.
///
/// # Accuracy
/// The recursion `||r||^2 = ||x||^2 - <b, z>` cancels: with `t = sum_j |z_j| ||w_j||`, the rounding of `W' x` and
/// of the Gram matrix puts it off by up to `sqrt(features) * epsilon * (||x|| + t)^2` (the probabilistic bound of
/// Higham and Mary 2019), in `f32` with 784 features a few 1e-5 of `||x||^2`. It serves only where an error of this
/// size changes no decision; elsewhere the residual of the code as returned is computed from the data in double
/// precision. So `ResidualNorm` is a statement on that code, and no atom stays that did not lower the residual.
///
/// Sources: Pati, Rezaiifar and Krishnaprasad 1993; on Gram matrices: Rubinstein, Zibulevsky and Elad 2008.
///
/// ```
/// use latent_sparse::lasso::{Lasso, LassoParams, Omp, Stop, StopReason};
/// use latent_sparse::Dictionary;
/// use ndarray::array;
///
/// let dictionary = Dictionary::new(array![[1.0_f64, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// let lasso = Lasso::new(&dictionary, LassoParams::new(0.0))?;
/// let codes = lasso.solve(array![[1.2, 1.6]].view(), &Omp::until_residual_norm(1e-9), &Stop::default())?;
/// assert!((codes.codes[[0, 2]] - 2.0).abs() < 1e-12);
/// assert_eq!((codes.certificates[0].support, codes.certificates[0].stop), (1, StopReason::ResidualNorm));
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Omp<E> {
    /// The number of atoms to choose.
    pub nonzeros: Option<usize>,
    /// The norm `||x - W z|| >= 0` that is small enough.
    pub residual_norm: Option<E>,
}

impl<E: Scalar> Omp<E> {
    /// Stops when this many atoms are chosen.
    pub fn until_nonzeros(nonzeros: usize) -> Self {
        Self { nonzeros: Some(nonzeros), residual_norm: None }
    }

    /// Stops when the residual norm `||x - W z||` is at most this.
    pub fn until_residual_norm(residual_norm: E) -> Self {
        Self { nonzeros: None, residual_norm: Some(residual_norm) }
    }
}

const NAME: &str = "OMP";

#[compiled_here]
impl<E: Scalar> Solver<E> for Omp<E> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        let (params, atoms) = (lasso.params(), lasso.dictionary().len());
        for (asked, option) in [
            (params.positive, "non-negative codes"),
            (params.weights.is_some(), "weights"),
            (params.l2 > E::zero(), "an l2 term"),
            (
                self.nonzeros.is_none() && self.residual_norm.is_none(),
                "running without a number of non-zeros or a residual norm to stop at",
            ),
        ] {
            if asked {
                return Err(SparseError::Unsupported { solver: NAME, option });
            }
        }
        if let Some(asked) = self.nonzeros.filter(|&asked| asked > atoms) {
            return Err(SparseError::TooManyNonZeros { asked, atoms });
        }
        if let Some(norm) = self.residual_norm {
            require(norm >= E::zero(), "the residual norm to stop at", norm.as_f64(), "a number of at least 0")?;
        }
        let norms: Vec<f64> = lasso.hessian().diag().iter().map(|d| d.as_f64().sqrt()).collect();
        Ok(Box::new(Pursuit { settings: *self, lasso, norms }))
    }
}

/// The residual norm, in units of the scalar's epsilon and of `||x|| + t`, that is zero but for the rounding of
/// the coefficients.
const NEGLIGIBLE: f64 = 16.0;

struct Pursuit<'p, E: Scalar> {
    settings: Omp<E>,
    lasso: &'p Lasso<'p, E>,
    norms: Vec<f64>,
}

/// Buffers that serve one sample after the other.
#[derive(Default)]
struct Chosen {
    factor: GrowingCholesky,
    support: Vec<usize>,
    /// The coefficients on the support.
    z: Vec<f64>,
    /// Those before the last atom joined.
    before: Vec<f64>,
    /// `b - H z`.
    q: Vec<f64>,
    /// `H z`.
    hz: Vec<f64>,
    /// Whether an atom may not be chosen: it is in the support, or depends on it.
    closed: Vec<bool>,
}

/// One sample of a block.
#[derive(Clone, Copy)]
struct Signal<'a, E> {
    /// In which all else is measured.
    unit: f64,
    x: ArrayView1<'a, E>,
    b: &'a [E],
    squared_norm: f64,
}

/// What is known of `||x - W z||^2`.
#[derive(Clone, Copy)]
struct Residual {
    squared: f64,
    /// At and below this it is zero but for rounding.
    negligible: f64,
    /// Whether it was measured on the data, or follows from the recursion.
    measured: bool,
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for Pursuit<'_, E> {
    fn solve(&self, mut block: Block<'_, E>) {
        let mut chosen = Chosen::default();
        for k in 0..block.outcomes.len() {
            let signal = Signal {
                unit: block.units[k].as_f64(),
                x: block.data.row(k),
                b: row(&block.correlations, k),
                squared_norm: block.squared_norms[k],
            };
            block.outcomes[k] = self.pursue(signal, block.stop.max_iterations, &mut chosen);
            let code = row_mut(&mut block.codes, k);
            code.fill(E::zero());
            for (&j, &z) in chosen.support.iter().zip(&chosen.z) {
                code[j] = E::of(z);
            }
        }
    }
}

impl<E: Scalar> Pursuit<'_, E> {
    fn pursue(&self, signal: Signal<'_, E>, max_iterations: usize, chosen: &mut Chosen) -> Outcome {
        let enough = self.settings.residual_norm.map(|norm| (norm.as_f64() / signal.unit).powi(2));
        let most = self.settings.nonzeros.unwrap_or(usize::MAX);
        let rank = self.lasso.dictionary().features();
        chosen.start(signal.b);
        let mut residual = Residual { squared: signal.squared_norm, negligible: 0.0, measured: true };
        let mut iterations = 0;
        let stop = loop {
            if enough.is_some_and(|enough| residual.squared <= enough) {
                break StopReason::ResidualNorm;
            }
            if iterations == most {
                break StopReason::AtomCount;
            }
            if iterations == max_iterations {
                break StopReason::MaxIterations;
            }
            if iterations == rank || residual.squared <= residual.negligible || !self.choose(chosen) {
                break StopReason::NoFurtherAtom;
            }
            self.project(signal.b, chosen);
            let Some(lower) = self.lowered(signal, chosen, residual, enough) else {
                chosen.support.pop();
                std::mem::swap(&mut chosen.z, &mut chosen.before);
                break StopReason::NoFurtherAtom;
            };
            residual = lower;
            iterations += 1;
        };
        Outcome { iterations, stop }
    }

    /// Adds the atom with the highest score that does not depend on the support; false if there is none.
    fn choose(&self, chosen: &mut Chosen) -> bool {
        let h = self.lasso.hessian();
        loop {
            let mut best = (0.0, None);
            for (j, (&q, &norm)) in chosen.q.iter().zip(&self.norms).enumerate() {
                // |q| / ||w|| > best, where a zero atom has no score.
                if !chosen.closed[j] && q.abs() > best.0 * norm && norm > 0.0 {
                    best = (q.abs() / norm, Some(j));
                }
            }
            let Some(j) = best.1 else { return false };
            chosen.closed[j] = true;
            if chosen.factor.append(row(&h, j), &chosen.support, j) {
                chosen.support.push(j);
                return true;
            }
        }
    }

    /// Least squares on the support.
    fn project(&self, b: &[E], chosen: &mut Chosen) {
        std::mem::swap(&mut chosen.z, &mut chosen.before);
        chosen.z.clear();
        chosen.z.extend(chosen.support.iter().map(|&j| b[j].as_f64()));
        chosen.factor.solve(&mut chosen.z);
        let h = self.lasso.hessian();
        combine_rows(h.to_slice().expect("standard layout"), &chosen.support, &chosen.z, &mut chosen.hz);
        for ((q, hz), b) in chosen.q.iter_mut().zip(&chosen.hz).zip(b) {
            *q = b.as_f64() - hz;
        }
    }

    /// The residual with the last atom, if it is lower than without: by the recursion where that is certain to
    /// be lower and above `enough`, else from the data.
    fn lowered(
        &self,
        signal: Signal<'_, E>,
        chosen: &Chosen,
        before: Residual,
        enough: Option<f64>,
    ) -> Option<Residual> {
        let (mut explained, mut t) = (0.0, 0.0);
        for (&j, &z) in chosen.support.iter().zip(&chosen.z) {
            explained += signal.b[j].as_f64() * z;
            t += z.abs() * self.norms[j];
        }
        let size = E::epsilon().as_f64() * (signal.squared_norm.sqrt() + t);
        let negligible = (NEGLIGIBLE * size).powi(2);
        let squared = signal.squared_norm - explained;
        let error = (self.lasso.dictionary().features() as f64).sqrt() * size * size / E::epsilon().as_f64();
        // The error of the residual before is within the same bound.
        if squared + 2.0 * error < before.squared && squared - error > enough.unwrap_or(0.0) {
            return Some(Residual { squared, negligible, measured: false });
        }
        let before = if before.measured { before.squared } else { self.measured(signal.x, chosen, &chosen.before) };
        let squared = self.measured(signal.x, chosen, &chosen.z);
        (squared < before).then_some(Residual { squared, negligible, measured: true })
    }

    /// `||x - W z||^2` for coefficients rounded to the scalar type, on as many atoms of the support.
    fn measured(&self, x: ArrayView1<'_, E>, chosen: &Chosen, z: &[f64]) -> f64 {
        let atoms = self.lasso.dictionary().atoms();
        let residual = |(x, w): (&E, ArrayView1<'_, E>)| {
            let on_support = chosen.support.iter().zip(z);
            on_support.fold(x.as_f64(), |r, (&j, &z)| r - w[j].as_f64() * E::of(z).as_f64())
        };
        x.iter().zip(atoms.rows()).map(|row| residual(row).powi(2)).sum()
    }
}

impl Chosen {
    fn start<E: Scalar>(&mut self, b: &[E]) {
        self.factor.clear();
        self.support.clear();
        self.z.clear();
        self.before.clear();
        self.q.clear();
        self.q.extend(b.iter().map(|b| b.as_f64()));
        self.hz.resize(b.len(), 0.0);
        self.closed.clear();
        self.closed.resize(b.len(), false);
    }
}
