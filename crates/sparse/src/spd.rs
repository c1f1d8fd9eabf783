//! Symmetric positive definite systems.
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2};

/// The inverse of a symmetric positive definite matrix.
pub(crate) fn inverse<E: Scalar>(a: ArrayView2<E>) -> Array2<E> {
    let n = a.nrows();
    let mut a = a.mapv(|v| v.as_f64());
    let mut m = Array2::<f64>::eye(n);
    for c in 0..n {
        let p = a[[c, c]];
        for k in 0..n {
            a[[c, k]] /= p;
            m[[c, k]] /= p;
        }
        for r in 0..n {
            if r != c {
                let f = a[[r, c]];
                if f != 0.0 {
                    for k in 0..n {
                        let v = a[[c, k]];
                        a[[r, k]] -= f * v;
                        let w = m[[c, k]];
                        m[[r, k]] -= f * w;
                    }
                }
            }
        }
    }
    m.mapv(E::of)
}

/// Solves `H_SS d = g` on the rows and columns in `support`; `None` if the block is not positive definite.
pub(crate) fn solve_on<E: Scalar>(h: ArrayView2<E>, support: &[usize], g: &[E]) -> Option<Vec<E>> {
    let k = support.len();
    let mut l = vec![E::zero(); k * k];
    for (i, &a) in support.iter().enumerate() {
        for (j, &b) in support.iter().enumerate().skip(i) {
            l[i * k + j] = h[[a, b]];
        }
    }
    let mut x = g.to_vec();
    for i in 0..k {
        let p = l[i * k + i];
        if !(p > E::zero()) {
            return None;
        }
        let s = p.sqrt();
        for j in i..k {
            l[i * k + j] = l[i * k + j] / s;
        }
        let (top, bottom) = l.split_at_mut((i + 1) * k);
        let row = &top[i * k..];
        for r in i + 1..k {
            let f = row[r];
            let out = &mut bottom[(r - i - 1) * k + r..(r - i) * k];
            for (o, &u) in out.iter_mut().zip(&row[r..k]) {
                *o -= f * u;
            }
        }
        x[i] = x[i] / s;
        let xi = x[i];
        for r in i + 1..k {
            x[r] -= xi * row[r];
        }
    }
    for i in (0..k).rev() {
        let mut v = x[i];
        for j in i + 1..k {
            v -= l[i * k + j] * x[j];
        }
        x[i] = v / l[i * k + i];
    }
    Some(x)
}

/// `a^-1 b`.
pub(crate) fn solve<E: Scalar>(
    a: ArrayView2<E>,
    b: ArrayView2<E>,
    _what: &'static str,
) -> Result<Array2<E>, crate::SparseError> {
    Ok(latent_numeric::matmul::matmul(inverse(a).view(), b))
}
