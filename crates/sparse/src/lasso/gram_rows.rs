//! Combinations of the rows of `H` that belong to a support.

use latent_numeric::Scalar;
use multiversion::multiversion;

/// `out = sum_k weights[k] H[rows[k], :]`, in double precision; `h` holds `H` row by row.
///
/// Sums run in the order of `rows`, so their bits are the same on every processor.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+fma+bmi1+bmi2+lzcnt",
    "x86_64+avx2+fma+bmi1+bmi2+lzcnt",
))]
pub(super) fn combine_rows<E: Scalar>(h: &[E], rows: &[usize], weights: &[f64], out: &mut [f64]) {
    let n = out.len();
    let row = |k: usize| &h[rows[k] * n..(rows[k] + 1) * n];
    out.fill(0.0);
    let whole = rows.len() / 4 * 4;
    // Four rows a pass: the accumulators are loaded and stored a quarter as often.
    for k in (0..whole).step_by(4) {
        let (r0, r1, r2, r3) = (row(k), row(k + 1), row(k + 2), row(k + 3));
        let w = &weights[k..k + 4];
        for j in 0..n {
            let first = out[j] + w[0] * r0[j].as_f64() + w[1] * r1[j].as_f64();
            out[j] = first + w[2] * r2[j].as_f64() + w[3] * r3[j].as_f64();
        }
    }
    for k in whole..rows.len() {
        for (out, h) in out.iter_mut().zip(row(k)) {
            *out += weights[k] * h.as_f64();
        }
    }
}
