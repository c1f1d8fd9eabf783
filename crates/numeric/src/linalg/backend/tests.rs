//! The two backends against each other.

use super::faer::Faer;
use super::lapack::Lapack;
use super::{Backend, Failure};
use crate::Scalar;
use crate::matmul::matmul;
use crate::random::Stream;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use proptest::prelude::*;

/// The largest difference, in units of `eps * scale`.
fn distance<E: Scalar>(a: ArrayView2<E>, b: ArrayView2<E>, scale: E) -> f64 {
    assert_eq!(a.dim(), b.dim());
    let worst = a.iter().zip(b).fold(0.0, |m: f64, (&a, &b)| m.max((a - b).abs().as_f64()));
    worst / (E::epsilon() * scale).as_f64()
}

fn column<E: Scalar>(x: &Array1<E>) -> ArrayView2<'_, E> {
    x.view().insert_axis(Axis(1))
}

fn agree<E: Scalar>(seed: u64, m: usize, n: usize, strided: bool)
where
    Faer: Backend<E>,
    Lapack: Backend<E>,
{
    let mut stream = Stream::new(seed, "backends", &[]);
    let store: Array2<E> = stream.normal_array((2 * m, 3 * n));
    let a = if strided { store.slice(s![..;-2, ..;3]) } else { store.slice(s![..m, ..n]) };
    let size = E::of((m + n) as f64);

    let (ours, theirs) = (Faer::singular_values(a).unwrap(), Lapack::singular_values(a).unwrap());
    assert!(distance(column(&ours), column(&theirs), size * ours[0]) < 4.0);
    for (u, s, vt) in [Faer::svd(a).unwrap(), Lapack::svd(a).unwrap()] {
        assert!(distance(column(&ours), column(&s), size * ours[0]) < 4.0);
        assert!(distance(matmul((&u * &s).view(), vt.view()).view(), a, size * ours[0]) < 4.0);
    }

    let mut gram = matmul(a.t(), a);
    for i in 0..n {
        gram[[i, i]] += E::one();
        // Nobody may read what lies above the diagonal.
        gram.slice_mut(s![i, i + 1..]).fill(E::of(77.0));
    }
    let norm = ours[0] * ours[0] + E::one();
    let (w, _) = Faer::symmetric_eigen(gram.view()).unwrap();
    let (w_theirs, _) = Lapack::symmetric_eigen(gram.view()).unwrap();
    assert!(distance(column(&w), column(&w_theirs), size * norm) < 4.0);
    let (l, l_theirs) = (Faer::cholesky(gram.view()).unwrap(), Lapack::cholesky(gram.view()).unwrap());
    // The factor's condition is that of the matrix, whose smallest eigenvalue is at least one.
    assert!(distance(l.view(), l_theirs.view(), size * norm * norm.sqrt()) < 4.0);

    let pivot = stream.below(n);
    gram[[pivot, pivot]] = -E::one();
    assert_eq!(Faer::cholesky(gram.view()), Err(Failure::Pivot(pivot)));
    assert_eq!(Lapack::cholesky(gram.view()), Err(Failure::Pivot(pivot)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn backends_agree(seed: u64, m in 1_usize..50, n in 1_usize..50, strided: bool) {
        agree::<f32>(seed, m, n, strided);
        agree::<f64>(seed, m, n, strided);
    }
}
