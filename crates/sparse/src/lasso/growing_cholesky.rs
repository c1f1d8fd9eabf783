//! The Cholesky factor of a support that grows and shrinks.

use latent_numeric::Scalar;
use multiversion::multiversion;

/// The squared distance from the span of the support, in units of the square of an atom's norm and of the
/// scalar's epsilon, up to which an atom counts as dependent.
const DEPENDENT: f64 = 64.0;

/// `L L' = H_SS` for an ordered support `S`, with atoms appended at the end and taken out anywhere.
///
/// Held in double precision whatever the scalar of `H`: a support is small, and the paths that are
/// followed with the factor are as exact as `H` itself. Appending and solving cost `O(k^2)`, and so does taking
/// out, by rotations (Golub and Van Loan 2013, section 6.5.4). Buffers only ever grow.
#[derive(Clone, Debug, Default)]
pub(super) struct GrowingCholesky {
    /// The rows of `L` one after the other, row `i` of length `i + 1`.
    packed: Vec<f64>,
    order: usize,
    rotations: Vec<(f64, f64)>,
}

impl GrowingCholesky {
    /// Back to the empty support.
    pub fn clear(&mut self) {
        self.packed.clear();
        self.order = 0;
    }

    /// Appends an atom to the support, given its row of `H`.
    ///
    /// Refuses it (and returns false) where it depends on the support: where its squared distance from the
    /// span, `H_jj - H_jS H_SS^-1 H_Sj`, is within [`DEPENDENT`] of nothing.
    pub fn append<E: Scalar>(&mut self, row: &[E], support: &[usize], atom: usize) -> bool {
        debug_assert_eq!(support.len(), self.order, "the support is that of the factor");
        let start = self.packed.len();
        self.packed.extend(support.iter().map(|&i| row[i].as_f64()));
        let (rows, new) = self.packed.split_at_mut(start);
        forward(rows, new);
        let diagonal = row[atom].as_f64();
        let distance = diagonal - dot(new, new);
        if distance > DEPENDENT * E::epsilon().as_f64() * diagonal {
            self.packed.push(distance.sqrt());
            self.order += 1;
            true
        } else {
            self.packed.truncate(start);
            false
        }
    }

    /// Takes out the atom at this position of the support.
    pub fn remove(&mut self, position: usize) {
        self.rotations.clear();
        // Without its row, every later row sticks out by one element beyond the diagonal. A rotation of
        // two neighbouring columns brings it back in, and goes on to all rows below.
        for i in position + 1..self.order {
            let start = row_start(i);
            let row = &mut self.packed[start..=start + i];
            for (k, &(c, s)) in (position..).zip(&self.rotations) {
                (row[k], row[k + 1]) = (c * row[k] + s * row[k + 1], c * row[k + 1] - s * row[k]);
            }
            let (a, b) = (row[i - 1], row[i]);
            let r = a.hypot(b);
            row[i - 1] = r;
            self.rotations.push((a / r, b / r));
            self.packed.copy_within(start..start + i, row_start(i - 1));
        }
        self.order -= 1;
        self.packed.truncate(row_start(self.order));
    }

    /// `g <- H_SS^-1 g`.
    pub fn solve(&self, g: &mut [f64]) {
        debug_assert_eq!(g.len(), self.order, "one element for each atom of the support");
        forward(&self.packed, g);
        backward(&self.packed, g);
    }
}

fn row_start(i: usize) -> usize {
    i * (i + 1) / 2
}

/// `g <- L^-1 g`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn forward(packed: &[f64], g: &mut [f64]) {
    let mut start = 0;
    for i in 0..g.len() {
        let row = &packed[start..=start + i];
        let (known, rest) = g.split_at_mut(i);
        rest[0] = (rest[0] - dot(&row[..i], known)) / row[i];
        start += i + 1;
    }
}

/// `g <- L'^-1 g`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn backward(packed: &[f64], g: &mut [f64]) {
    for i in (0..g.len()).rev() {
        let row = &packed[row_start(i)..=row_start(i) + i];
        let (above, rest) = g.split_at_mut(i);
        let x = rest[0] / row[i];
        rest[0] = x;
        for (g, l) in above.iter_mut().zip(row) {
            *g -= x * l;
        }
    }
}

const LANES: usize = 8;

/// Summed in a fixed number of lanes, so with the same bits on every processor.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    rest + lanes.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use latent_numeric::random::Stream;
    use ndarray::{Array1, Array2, s};
    use proptest::prelude::*;

    impl GrowingCholesky {
        fn lower(&self) -> Array2<f64> {
            let at = |i, j| if j <= i { self.packed[row_start(i) + j] } else { 0.0 };
            Array2::from_shape_fn((self.order, self.order), |(i, j)| at(i, j))
        }
    }

    fn append(factor: &mut GrowingCholesky, h: &Array2<f64>, support: &[usize], atom: usize) -> bool {
        factor.append(h.row(atom).as_slice().unwrap(), support, atom)
    }

    proptest! {
        #[test]
        fn factor_and_solution_follow_the_support(seed in any::<u64>(), atoms in 1_usize..40, moves in 1_usize..120) {
            let mut stream = Stream::new(seed, "growing cholesky", &[]);
            let w: Array2<f64> = stream.normal_array((2 * atoms, atoms));
            let h = w.t().dot(&w);
            let (mut factor, mut support) = (GrowingCholesky::default(), Vec::new());
            for _ in 0..moves {
                let outside: Vec<usize> = (0..atoms).filter(|j| !support.contains(j)).collect();
                if support.is_empty() || (!outside.is_empty() && stream.bernoulli(0.6)) {
                    let atom = outside[stream.below(outside.len())];
                    prop_assert!(append(&mut factor, &h, &support, atom));
                    support.push(atom);
                } else {
                    let position = stream.below(support.len());
                    factor.remove(position);
                    support.remove(position);
                }
                let block = Array2::from_shape_fn((support.len(), support.len()), |(i, j)| h[[support[i], support[j]]]);
                let size = h.diag().fold(0.0, |m: f64, &d| m.max(d));
                let lower = factor.lower();
                prop_assert!((0..support.len()).all(|i| lower[[i, i]] > 0.0));
                assert_abs_diff_eq!(lower.dot(&lower.t()), block, epsilon = 1e-12 * size);
                let g: Array1<f64> = stream.normal_array(support.len());
                let mut x = g.clone();
                factor.solve(x.as_slice_mut().unwrap());
                let largest = x.fold(1.0, |m: f64, &x| m.max(x.abs()));
                assert_abs_diff_eq!(block.dot(&x), g, epsilon = 1e-11 * size * largest);
            }
        }

        #[test]
        fn dependent_atoms_are_refused_and_leave_no_trace(seed in any::<u64>(), rank in 1_usize..12) {
            let mut stream = Stream::new(seed, "dependent atoms", &[]);
            let mut w: Array2<f64> = stream.normal_array((30, rank + 2));
            let mix: Array1<f64> = stream.normal_array(rank);
            let inside = w.slice(s![.., ..rank]).dot(&mix);
            w.column_mut(rank).assign(&inside);
            w.column_mut(rank + 1).fill(0.0);
            let h = w.t().dot(&w);
            let mut factor = GrowingCholesky::default();
            let support: Vec<usize> = (0..rank).collect();
            for k in 0..rank {
                prop_assert!(append(&mut factor, &h, &support[..k], k));
            }
            let before = factor.lower();
            prop_assert!(!append(&mut factor, &h, &support, rank));
            prop_assert!(!append(&mut factor, &h, &support, rank + 1));
            prop_assert_eq!(factor.lower(), before);
        }
    }
}
