//! The inverse Hessian of the last steps, as a product with a vector.

use latent_numeric::{Scalar, parallel};
use std::collections::VecDeque;

/// Elements that one thread treats at a time.
const BLOCK: usize = 1 << 14;

/// `f(y, x)` for every pair, in parallel.
pub(super) fn zip<E: Scalar>(y: &mut [E], x: &[E], f: impl Fn(&mut E, E) + Sync + Copy) {
    in_blocks(y, x, &|y, x| zip_block(y, x, f));
}

fn in_blocks<E: Scalar>(y: &mut [E], x: &[E], pass: &(dyn Fn(&mut [E], &[E]) + Sync)) {
    if y.len() <= 2 * BLOCK {
        pass(y, x);
    } else {
        parallel::each(y.chunks_mut(BLOCK).zip(x.chunks(BLOCK)), |_, (y, x)| pass(y, x));
    }
}

latent_numeric::vectorized! {
    fn zip_block<E: Scalar, F: Fn(&mut E, E)>(y: &mut [E], x: &[E], f: F) {
        for (y, &x) in y.iter_mut().zip(x) {
            f(y, x);
        }
    }
}

pub(super) fn dot<E: Scalar>(a: &[E], b: &[E]) -> f64 {
    parallel::dot(a, b).as_f64()
}

/// A change of the parameters and the change of the gradient that came with it.
#[derive(Clone, Debug)]
pub(super) struct Pair<E> {
    pub step: Vec<E>,
    pub change: Vec<E>,
    /// `1 / <step, change>`
    pub rho: f64,
}

/// The last pairs, oldest first, and the last direction.
#[derive(Clone, Debug)]
pub(super) struct Memory<E> {
    pub pairs: VecDeque<Pair<E>>,
    /// The inverse Hessian before the pairs is this multiple of the identity.
    pub scale: f64,
    pub direction: Vec<E>,
    /// How long the last step was, in directions.
    pub step_size: f64,
    /// The gradient at the start of the last step.
    pub gradient: Vec<E>,
    /// How many directions there were.
    pub iterations: u64,
}

impl<E: Scalar> Memory<E> {
    pub fn new(len: usize) -> Self {
        let zeros = || vec![E::zero(); len];
        let (direction, gradient) = (zeros(), zeros());
        Self { pairs: VecDeque::new(), scale: 1.0, direction, step_size: 0.0, gradient, iterations: 0 }
    }

    /// The next direction, from the gradient at the present point.
    pub fn advance(&mut self, gradient: &[E], history: usize) {
        self.iterations += 1;
        if self.iterations > 1 {
            self.remember(gradient, history);
        }
        // The two loops of algorithm 7.4 of Nocedal and Wright.
        zip(&mut self.direction, gradient, |d, g| *d = -g);
        let mut shares = vec![0.0; self.pairs.len()];
        for (share, pair) in shares.iter_mut().zip(&self.pairs).rev() {
            *share = dot(&pair.step, &self.direction) * pair.rho;
            let factor = E::of(-*share);
            zip(&mut self.direction, &pair.change, move |d, y| *d += factor * y);
        }
        let scale = E::of(self.scale);
        zip(&mut self.direction, gradient, move |d, _| *d *= scale);
        for (share, pair) in shares.iter().zip(&self.pairs) {
            let factor = E::of(share - dot(&pair.change, &self.direction) * pair.rho);
            zip(&mut self.direction, &pair.step, move |d, s| *d += factor * s);
        }
        self.gradient.copy_from_slice(gradient);
    }

    /// Adds the last step to the pairs, if the loss curves upwards along it.
    fn remember(&mut self, gradient: &[E], history: usize) {
        let mut change = std::mem::take(&mut self.gradient);
        zip(&mut change, gradient, |y, g| *y = g - *y);
        let t = E::of(self.step_size);
        zip(&mut self.direction, gradient, move |d, _| *d *= t);
        let curvature = dot(&change, &self.direction);
        let changes = dot(&change, &change);
        // Of a cosine of nearly zero, or less, the inverse Hessian would not stay positive definite.
        if curvature <= 1e-10 * (changes * dot(&self.direction, &self.direction)).sqrt() {
            self.gradient = change;
            return;
        }
        let (mut step, mut previous) = (vec![], vec![]);
        if self.pairs.len() == history {
            let oldest = self.pairs.pop_front().expect("a history is not empty");
            (step, previous) = (oldest.step, oldest.change);
        }
        self.scale = curvature / changes;
        step.resize(change.len(), E::zero());
        previous.resize(change.len(), E::zero());
        step.copy_from_slice(&self.direction);
        self.gradient = previous;
        self.pairs.push_back(Pair { step, change, rho: 1.0 / curvature });
    }
}
