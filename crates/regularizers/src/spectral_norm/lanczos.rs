//! The first singular vectors of a linear map

use latent_numeric::{Scalar, linalg, parallel};
use ndarray::{Array1, Array2};

/// Steps at most; each applies the map and its adjoint once. The error falls as `exp(-4 steps sqrt(gap))`, where `gap` is
/// the relative distance of the two largest singular values.
const STEPS: usize = 100;

/// `u` and `v` of the largest singular value of a map, by Golub-Kahan-Lanczos bidiagonalisation with full
/// reorthogonalisation (Golub and Van Loan, *Matrix Computations*, 4th ed., section 10.4); `None` if the map takes the
/// start to zero, or to what is not finite.
pub(super) fn first_singular_vectors<E: Scalar>(
    start: Array1<E>,
    apply: impl Fn(&Array1<E>) -> Array1<E>,
    adjoint: impl Fn(&Array1<E>) -> Array1<E>,
) -> Option<[Array1<E>; 2]> {
    // A V = U B with orthonormal columns of U and V and B upper bidiagonal.
    let (mut us, mut vs): (Vec<Array1<E>>, _) = (Vec::new(), vec![unit(start, &[], E::zero())?.1]);
    let (mut diagonal, mut above) = (Vec::new(), Vec::new());
    let mut largest = E::zero();
    while us.len() < STEPS {
        let Some((alpha, u)) = unit(apply(&vs[vs.len() - 1]), &us, largest) else { break };
        largest = largest.max(alpha);
        let back = adjoint(&u);
        diagonal.push(alpha);
        us.push(u);
        let Some((beta, v)) = unit(back, &vs, largest) else { break };
        above.push(beta);
        vs.push(v);
    }
    let mut bidiagonal = Array2::zeros((us.len(), vs.len()));
    for (i, &alpha) in diagonal.iter().enumerate() {
        bidiagonal[[i, i]] = alpha;
    }
    for (i, &beta) in above.iter().enumerate() {
        bidiagonal[[i, i + 1]] = beta;
    }
    let factors = linalg::svd(bidiagonal.view()).ok().filter(|factors| !factors.s.is_empty())?;
    let combine = |basis: &[Array1<E>], shares: &[E]| {
        let mut sum = Array1::zeros(basis[0].len());
        basis.iter().zip(shares).for_each(|(vector, &share)| sum.scaled_add(share, vector));
        unit(sum, &[], E::zero()).map(|(_, unit)| unit)
    };
    Some([combine(&us, &factors.u.column(0).to_vec())?, combine(&vs, &factors.vt.row(0).to_vec())?])
}

/// The length and direction of what is left of a vector without its shares of a basis; `None` if that is nothing, beside
/// the size of the map.
fn unit<E: Scalar>(mut vector: Array1<E>, basis: &[Array1<E>], size: E) -> Option<(E, Array1<E>)> {
    // Twice is enough.
    for _ in 0..2 {
        for other in basis {
            let share = parallel::dot(vector.as_slice().expect("contiguous"), other.as_slice().expect("contiguous"));
            vector.scaled_add(-share, other);
        }
    }
    let length = parallel::sum_of_squares(vector.as_slice().expect("contiguous")).sqrt();
    (length > size * E::epsilon() * E::of(16.0) && length.is_finite()).then(|| (length, vector / length))
}
