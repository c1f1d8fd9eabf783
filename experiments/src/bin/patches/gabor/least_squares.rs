//! Least squares in few parameters, after Levenberg and Marquardt.

use latent_numeric::linalg::Cholesky;
use ndarray::{Array1, Array2};

/// The sum of squares at some parameters, and its expansion there.
pub struct Expansion<const N: usize> {
    /// `||r||^2`.
    pub squares: f64,
    /// `J' r`, with `J` the derivatives of `r`.
    pub gradient: [f64; N],
    /// `J' J`.
    pub normal: [[f64; N]; N],
}

/// Steps at most.
const MOST_STEPS: usize = 200;
/// A step that gains less than this share of the sum of squares at the start is the last.
const ENOUGH: f64 = 1e-10;
/// Beyond this much damping no step is tried.
const MOST_DAMPING: f64 = 1e10;

/// Parameters near `start`, in the box, at which the sum of squares has no lower neighbour. It never rises on the way.
///
/// A step solves `(J'J + mu diag(J'J)) d = -J'r` (Marquardt, *An algorithm for least-squares estimation of nonlinear
/// parameters*, 1963) in the parameters that are not held at a face of the box, and is cut off at the box.
pub fn minimise<const N: usize>(
    start: [f64; N],
    bounds: &[(f64, f64); N],
    expand: impl Fn(&[f64; N]) -> Expansion<N>,
) -> ([f64; N], f64) {
    let mut at = start;
    let mut here = expand(&at);
    let first = here.squares;
    let mut damping = 1e-3;
    for _ in 0..MOST_STEPS {
        // A parameter at a face stays there as long as the sum of squares falls beyond it.
        let held = std::array::from_fn(|i| {
            let (low, high) = bounds[i];
            (at[i] <= low && here.gradient[i] > 0.0) || (at[i] >= high && here.gradient[i] < 0.0)
        });
        let Some(step) = step(&here, damping, held) else { break };
        let mut there = at;
        for ((value, by), (low, high)) in there.iter_mut().zip(step).zip(bounds) {
            *value = (*value + by).clamp(*low, *high);
        }
        let next = expand(&there);
        if next.squares < here.squares {
            let gain = here.squares - next.squares;
            (at, here) = (there, next);
            damping = (damping / 5.0).max(1e-12);
            if gain <= ENOUGH * first {
                break;
            }
        } else {
            damping *= 4.0;
            if damping > MOST_DAMPING {
                break;
            }
        }
    }
    (at, here.squares)
}

fn step<const N: usize>(here: &Expansion<N>, damping: f64, held: [bool; N]) -> Option<[f64; N]> {
    let largest = (0..N).map(|i| here.normal[i][i]).fold(0.0, f64::max);
    // A parameter without influence stays.
    let floor = 1e-12 * largest + f64::MIN_POSITIVE;
    let normal = Array2::from_shape_fn((N, N), |(i, j)| {
        let entry = here.normal[i][j];
        if held[i] || held[j] {
            f64::from(u8::from(i == j))
        } else if i == j {
            entry + damping * entry.max(floor) + floor
        } else {
            entry
        }
    });
    let downhill = Array1::from_shape_fn(N, |i| if held[i] { 0.0 } else { -here.gradient[i] });
    let solved = Cholesky::new(normal.view()).ok()?.solve(downhill.view());
    let mut step = [0.0; N];
    step.iter_mut().zip(&solved).for_each(|(to, from)| *to = *from);
    step.iter().all(|by| by.is_finite()).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley: `r = (10 (y - x^2), 1 - x)`.
    fn valley(p: &[f64; 2]) -> Expansion<2> {
        let r = [10.0 * (p[1] - p[0] * p[0]), 1.0 - p[0]];
        let j = [[-20.0 * p[0], 10.0], [-1.0, 0.0]];
        let sum = |a: usize, b: usize| j[0][a] * j[0][b] + j[1][a] * j[1][b];
        Expansion {
            squares: r[0] * r[0] + r[1] * r[1],
            gradient: [0, 1].map(|a| j[0][a] * r[0] + j[1][a] * r[1]),
            normal: [[sum(0, 0), sum(0, 1)], [sum(1, 0), sum(1, 1)]],
        }
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let everywhere = [(-5.0, 5.0); 2];
        let (at, squares) = minimise([-1.2, 1.0], &everywhere, valley);
        assert!((at[0] - 1.0).abs() < 1e-6 && (at[1] - 1.0).abs() < 1e-6 && squares < 1e-12, "{at:?} {squares}");
    }

    #[test]
    fn the_box_is_kept() {
        let (at, squares) = minimise([-1.2, 1.0], &[(-2.0, 0.5), (-5.0, 5.0)], valley);
        assert!((at[0] - 0.5).abs() < 1e-6 && (at[1] - 0.25).abs() < 1e-4 && (squares - 0.25).abs() < 1e-6, "{at:?}");
    }
}
