//! The lasso by following its path.

use super::coordinate_descent::{Sample, each_row};
use super::gram_rows::combine_rows;
use super::growing_cholesky::GrowingCholesky;
use super::lars_path::LarsPath;
use super::penalty::Penalty;
use super::{Block, Lambda, Lasso, Outcome, Prepared, Solver, StopReason};
use crate::SparseError;
use crate::units::{lambda_in, unit_of};
use latent_numeric::matmul::matmul;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// The homotopy method (LARS with drops): follows the minimiser from `lambda_max`, where it is zero, down to
/// the sample's lambda.
///
/// The minimiser is piecewise linear in lambda. With support `S`, signs `s` and weights `w`,
///
/// ```text
/// z_S(lambda) = H_SS^-1 (b_S - lambda (w s)_S),   |b - H z(lambda)|_j <= lambda w_j outside S
/// ```
///
/// until an atom outside meets its bound and joins, or a coefficient meets zero and its atom leaves. An iteration
/// is one atom that joins or leaves. Where several meet at once, the atom of the lowest index moves first, which
/// cannot cycle (Murty 1974). An atom in the span of the support (such as a duplicate or a zero atom) stays
/// outside, which costs no optimality. The path is followed in double precision, on `H` and `W' x` as they are:
/// in `f32`, their rounding shows in the gap where atoms are nearly parallel and lambda is small.
///
/// The starting code is ignored. If the iterations are used up on the way, the code is the minimiser for the
/// larger lambda that was reached. The number of steps is mostly a small multiple of the support's size, so the
/// method suits small supports; in the worst case it is exponential (Mairal and Yu 2012).
///
/// Sources: Osborne, Presnell and Turlach 2000; Efron, Hastie, Johnstone and Tibshirani 2004, section 3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lars;

impl Lars {
    /// The whole path of one sample, from its `lambda_max` down to the problem's lambda.
    ///
    /// # Shapes
    /// `x` is (features).
    ///
    /// # Errors
    /// If `x` has the wrong number of features or holds NaN or an infinity, or if a lambda or a code of the path is out of
    /// the range of the scalar.
    ///
    /// ```
    /// use latent_sparse::lasso::{Lars, Lasso, LassoParams};
    /// use latent_sparse::Dictionary;
    /// use ndarray::array;
    ///
    /// let dictionary = Dictionary::new(array![[1.0, 0.0], [0.0, 1.0]])?;
    /// let lasso = Lasso::new(&dictionary, LassoParams::new(0.5))?;
    /// let path = Lars.path(&lasso, array![3.0, -2.0].view())?;
    /// assert_eq!(path.lambdas(), [3.0, 2.0, 0.5]);
    /// // Orthonormal atoms: each coefficient is shrunk by lambda.
    /// assert_eq!(path.at(1.0)?, array![2.0, -1.0]);
    /// # Ok::<(), latent_sparse::SparseError>(())
    /// ```
    pub fn path<E: Scalar>(&self, lasso: &Lasso<'_, E>, x: ArrayView1<'_, E>) -> Result<LarsPath<E>, SparseError> {
        let x = x.insert_axis(Axis(0));
        lasso.dictionary().check_samples(x)?;
        let unit = unit_of(x.iter());
        let b = matmul(x.mapv(|v| v / unit).view(), lasso.dictionary().atoms());
        let b = b.as_slice().expect("standard layout");
        let lambda = match lasso.params().lambda {
            Lambda::Absolute(lambda) => lambda_in(unit, lambda),
            Lambda::FractionOfMax(f) => f * lasso.penalty(E::one()).largest(b),
        };
        let mut knots = Vec::new();
        let mut walk = Walk::new(lasso);
        walk.run(lasso.hessian(), lasso.penalty(lambda), b, usize::MAX, |lambda, support, z| {
            let mut code: Vec<(usize, f64)> = support.iter().copied().zip(z.iter().copied()).collect();
            code.sort_unstable_by_key(|&(atom, _)| atom);
            knots.push((lambda, code));
        });
        LarsPath::new(lasso.dictionary().len(), &knots, unit)
    }
}

#[compiled_here]
impl<E: Scalar> Solver<E> for Lars {
    fn name(&self) -> &'static str {
        "LARS"
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(Paths { lasso }))
    }
}

struct Paths<'p, E: Scalar> {
    lasso: &'p Lasso<'p, E>,
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for Paths<'_, E> {
    fn solve(&self, block: Block<'_, E>) {
        let mut walk = Walk::new(self.lasso);
        each_row(self.lasso, block, None, |sample, stop, _| walk.follow(sample, stop.max_iterations));
    }
}

/// An atom that joins after a fall of lambda within this fraction of `max |b| / weight` joins at once: its correlation is
/// not known better. A coefficient reaches zero at once within this fraction of `max |b|` by the largest weight.
const TIE: f64 = 32.0 * f64::EPSILON;
/// An atom whose bound comes closer by less than this fraction of lambda's own change does not meet it.
const SLOWEST: f64 = 1e-12;
/// How often an atom may join at one lambda. Rounding could otherwise let it join and leave for ever.
const JOINS: u8 = 4;
/// How an atom stands to the support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Outside,
    Inside,
    /// Outside, and in the span of the support for as long as that does not shrink.
    Dependent,
}

/// What ends a step of the path.
#[derive(Clone, Copy, Debug)]
struct Event {
    /// How far lambda falls until then.
    after: f64,
    /// Falls of lambda up to this are of length zero.
    tie: f64,
    atom: usize,
    change: Change,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    /// Joins with this sign.
    Join(f64),
    /// Leaves from this position of the support.
    Leave(usize),
}

/// A sample on its way down the path; the buffers serve one sample after the other.
pub(super) struct Walk {
    /// The factor weight of each atom's bound.
    weights: Vec<f64>,
    largest_weight: f64,
    /// The largest size of the support.
    rank: usize,
    factor: GrowingCholesky,
    support: Vec<usize>,
    signs: Vec<f64>,
    /// The coefficients on the support.
    z: Vec<f64>,
    /// The change of `z` for each unit that lambda falls.
    direction: Vec<f64>,
    /// `b - H z`.
    q: Vec<f64>,
    /// The fall of `q` for each unit that lambda falls.
    slope: Vec<f64>,
    status: Vec<Status>,
    /// How often each atom has joined at this lambda.
    joins: Vec<u8>,
}

impl Walk {
    pub(super) fn new<E: Scalar>(lasso: &Lasso<'_, E>) -> Self {
        let atoms = lasso.dictionary().len();
        let weights = lasso.params().weights.as_ref();
        let weights = weights.map_or_else(|| vec![1.0; atoms], |w| w.iter().map(|w| w.as_f64()).collect());
        Self {
            largest_weight: weights.iter().copied().fold(0.0, f64::max),
            weights,
            rank: if lasso.params().l2 > E::zero() { atoms } else { atoms.min(lasso.dictionary().features()) },
            factor: GrowingCholesky::default(),
            support: Vec::new(),
            signs: Vec::new(),
            z: Vec::new(),
            direction: Vec::new(),
            q: vec![0.0; atoms],
            slope: vec![0.0; atoms],
            status: vec![Status::Outside; atoms],
            joins: vec![0; atoms],
        }
    }

    /// Follows a sample's path to its lambda and leaves the code there.
    pub(super) fn follow<E: Scalar>(&mut self, sample: &mut Sample<'_, E>, max_iterations: usize) -> Outcome {
        let outcome = self.run(sample.h, sample.penalty, sample.b, max_iterations, |_, _, _| {});
        sample.z.fill(E::zero());
        for (&j, &z) in self.support.iter().zip(&self.z) {
            sample.z[j] = E::of(z);
        }
        sample.refresh();
        outcome
    }

    /// Follows the path to `penalty.lambda` and calls `knot(lambda, support, coefficients)` at every knot.
    fn run<E: Scalar>(
        &mut self,
        h: ArrayView2<'_, E>,
        penalty: Penalty<'_, E>,
        b: &[E],
        max_iterations: usize,
        mut knot: impl FnMut(f64, &[usize], &[f64]),
    ) -> Outcome {
        let h = h.to_slice().expect("standard layout");
        let end = penalty.lambda.as_f64();
        let mut lambda = self.start(b, penalty.positive);
        let tie = TIE * self.q.iter().fold(0.0, |most: f64, q| most.max(q.abs()));
        let mut iterations = 0;
        while lambda > end {
            let Some(event) = self.next_event(lambda, end, tie, penalty.positive) else {
                knot(lambda, &self.support, &self.z);
                self.arrive(end, b);
                lambda = end;
                break;
            };
            if iterations == max_iterations {
                return Outcome { iterations, stop: StopReason::MaxIterations };
            }
            if let Change::Join(_) = event.change
                && !self.admit(h, event.atom)
            {
                self.status[event.atom] = Status::Dependent;
                continue;
            }
            if event.after > event.tie {
                // Whatever changes at this lambda has changed.
                knot(lambda, &self.support, &self.z);
                self.advance(event.after);
                lambda -= event.after;
            }
            self.change(event);
            self.turn(h);
            iterations += 1;
        }
        knot(lambda, &self.support, &self.z);
        Outcome { iterations, stop: StopReason::Converged }
    }

    /// Goes to the start of the path and returns its lambda.
    fn start<E: Scalar>(&mut self, b: &[E], positive: bool) -> f64 {
        self.factor.clear();
        self.support.clear();
        self.signs.clear();
        self.z.clear();
        self.direction.clear();
        self.slope.fill(0.0);
        self.status.fill(Status::Outside);
        self.joins.fill(0);
        self.q.iter_mut().zip(b).for_each(|(q, b)| *q = b.as_f64());
        let height = |q: f64, w: f64| if positive { q / w } else { q.abs() / w };
        self.q.iter().zip(&self.weights).fold(0.0, |max: f64, (&q, &w)| max.max(height(q, w)))
    }

    /// The first event before lambda falls to `end`; of those at once the one of the lowest atom. `tie` is that of an atom
    /// of weight 1.
    fn next_event(&self, lambda: f64, end: f64, tie: f64, positive: bool) -> Option<Event> {
        let mut first: Option<Event> = None;
        let mut limit = lambda - end;
        let mut within = limit;
        let mut consider = |after: f64, tie: f64, atom: usize, change: Change| {
            let earlier = first.is_none_or(|f| {
                let tie = tie.min(f.tie);
                after < f.after - tie || (after <= f.after + tie && atom < f.atom)
            });
            // What happens at the end itself no longer matters.
            if after < limit && after < lambda - end - tie && earlier {
                first = Some(Event { after, tie, atom, change });
                limit = limit.min(after + 2.0 * tie);
            }
            limit
        };
        for (j, (&q, &a)) in self.q.iter().zip(&self.slope).enumerate() {
            if self.status[j] != Status::Outside || self.joins[j] >= JOINS {
                continue;
            }
            let w = self.weights[j];
            for sign in if positive { &[1.0][..] } else { &[1.0, -1.0] } {
                let (room, rate) = ((lambda * w - sign * q).max(0.0), w - sign * a);
                if rate > SLOWEST * w && room < within * rate {
                    within = consider(room / rate, tie / w, j, Change::Join(*sign));
                }
            }
        }
        for (k, &atom) in self.support.iter().enumerate() {
            let speed = -self.direction[k] * self.signs[k];
            if speed > 0.0 {
                let after = (self.z[k] * self.signs[k]).max(0.0) / speed;
                consider(after, tie / self.largest_weight, atom, Change::Leave(k));
            }
        }
        first
    }

    /// Appends an atom to the factor, unless it depends on the support.
    fn admit<E: Scalar>(&mut self, h: &[E], atom: usize) -> bool {
        let n = self.q.len();
        let row = &h[atom * n..(atom + 1) * n];
        self.support.len() < self.rank && self.factor.append(row, &self.support, atom)
    }

    /// Lets lambda fall by this much.
    fn advance(&mut self, step: f64) {
        self.z.iter_mut().zip(&self.direction).for_each(|(z, d)| *z += step * d);
        self.keep_signs();
        self.q.iter_mut().zip(&self.slope).for_each(|(q, a)| *q -= step * a);
        self.joins.fill(0);
    }

    /// Changes the support; the factor has a joining atom already.
    fn change(&mut self, event: Event) {
        match event.change {
            Change::Join(sign) => {
                self.support.push(event.atom);
                self.signs.push(sign);
                self.z.push(0.0);
                self.status[event.atom] = Status::Inside;
                self.joins[event.atom] += 1;
            }
            Change::Leave(position) => {
                self.factor.remove(position);
                self.support.remove(position);
                self.signs.remove(position);
                self.z.remove(position);
                self.status[event.atom] = Status::Outside;
                for status in &mut self.status {
                    if *status == Status::Dependent {
                        *status = Status::Outside;
                    }
                }
            }
        }
    }

    /// Takes the direction of the support: `H_SS^-1 (w s)_S`.
    fn turn<E: Scalar>(&mut self, h: &[E]) {
        self.direction.clear();
        self.direction.extend(self.support.iter().zip(&self.signs).map(|(&j, s)| self.weights[j] * s));
        self.factor.solve(&mut self.direction);
        combine_rows(h, &self.support, &self.direction, &mut self.slope);
    }

    /// Solves for the code at `lambda` itself, free of the rounding errors of the steps.
    fn arrive<E: Scalar>(&mut self, lambda: f64, b: &[E]) {
        let target = |(&j, s): (&usize, &f64)| b[j].as_f64() - lambda * self.weights[j] * s;
        self.z.clear();
        self.z.extend(self.support.iter().zip(&self.signs).map(target));
        self.factor.solve(&mut self.z);
        self.keep_signs();
    }

    /// Rounding takes a coefficient that meets zero a little beyond it.
    fn keep_signs(&mut self) {
        self.z.iter_mut().zip(&self.signs).filter(|(z, s)| **z * **s < 0.0).for_each(|(z, _)| *z = 0.0);
    }
}
