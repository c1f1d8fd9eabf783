use super::LinalgError;
use super::error::check_finite;
use crate::Scalar;
use crate::matmul::{Threads, matmul_into};
use crate::random::Stream;
use ndarray::{Array1, ArrayView1, ArrayView2, Axis};

/// When [`spectral_norm`] stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerIteration {
    /// At most this many iterations, at least one.
    pub max_iterations: usize,
    /// Stop when `||A'A v - sigma^2 v|| <= tolerance * sigma^2` for the current unit vector `v` and
    /// `sigma = ||A v||`. Then some singular value of `A` lies within a relative `tolerance` of
    /// `sigma`; the error of `sigma` itself is usually of the order of the tolerance's square.
    /// A tolerance below the rounding error of the products is never met.
    pub tolerance: f64,
}

impl Default for PowerIteration {
    /// 1000 iterations, tolerance 1e-3.
    fn default() -> Self {
        Self { max_iterations: 1000, tolerance: 1e-3 }
    }
}

impl PowerIteration {
    fn check(&self) -> Result<(), LinalgError> {
        let wrong = |name, value, expected| Err(LinalgError::Setting { name, value, expected });
        if self.max_iterations == 0 {
            return wrong("PowerIteration::max_iterations", 0.0, "at least 1");
        }
        if !(self.tolerance >= 0.0 && self.tolerance < 1.0) {
            return wrong("PowerIteration::tolerance", self.tolerance, "in [0, 1)");
        }
        Ok(())
    }
}

/// The spectral norm that [`spectral_norm`] found. Not converging is a value, not an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectralNorm<E> {
    /// `||A v||` of the last unit vector `v`: up to rounding a lower bound of the norm.
    pub value: E,
    /// How many iterations were made; each multiplies once by `A` and once by `A'`.
    pub iterations: usize,
    /// Whether the tolerance was met.
    pub converged: bool,
}

/// The spectral norm `||A||_2 = max_{||v|| = 1} ||A v||`, the largest singular value, by power
/// iteration on `A'A`.
///
/// The starting vector is drawn from a stream of fixed name, so the same matrix always gives the
/// same bits. With a gap between the two largest singular values the error of `value` falls by
/// `(sigma_2 / sigma_1)^4` an iteration; without one it is still expected to fall as
/// `ln(n) / iterations`.
///
/// # Shapes
/// `a` is (m, n).
///
/// # Errors
/// [`LinalgError::NotFinite`]; [`LinalgError::Setting`] for settings outside their domain.
///
/// # Source
/// Golub and Van Loan, *Matrix Computations*, 4th ed., section 7.3.1; without a gap: Kuczynski and
/// Wozniakowski, *SIAM J. Matrix Anal. Appl.* 13 (1992), 1094-1122, theorem 3.1.
///
/// ```
/// use latent_numeric::linalg::{PowerIteration, spectral_norm};
/// use ndarray::array;
///
/// let a = array![[0.0_f64, 3.0], [1.0, 0.0], [0.0, 4.0]];
/// let norm = spectral_norm(a.view(), &PowerIteration::default())?;
/// assert!(norm.converged && (norm.value - 5.0).abs() < 1e-5);
/// # Ok::<(), latent_numeric::linalg::LinalgError>(())
/// ```
pub fn spectral_norm<E: Scalar>(a: ArrayView2<E>, settings: &PowerIteration) -> Result<SpectralNorm<E>, LinalgError> {
    check_finite("spectral norm", a)?;
    spectral_norm_with(a.ncols(), |v| times(a, v), |u| times(a.t(), u), settings)
}

fn times<E: Scalar>(a: ArrayView2<E>, v: ArrayView1<E>) -> Array1<E> {
    let mut product = Array1::zeros(a.nrows());
    let column = product.view_mut().insert_axis(Axis(1));
    matmul_into(E::one(), a, v.insert_axis(Axis(1)), E::zero(), column, Threads::One);
    product
}

/// The spectral norm of a linear map given as two functions, `v -> A v` and `u -> A' u`; for the
/// rest see [`spectral_norm`].
///
/// # Shapes
/// `v` is (n) with `n` = `cols`; `A v` and `u` are (m) for any m.
///
/// # Errors
/// [`LinalgError::NotFinite`] when a product is not finite, with `row` its index in the product and
/// `col` zero; [`LinalgError::Setting`].
///
/// # Panics
/// If `adjoint` returns a vector that has not n elements.
pub fn spectral_norm_with<E: Scalar>(
    cols: usize,
    mut forward: impl FnMut(ArrayView1<E>) -> Array1<E>,
    mut adjoint: impl FnMut(ArrayView1<E>) -> Array1<E>,
    settings: &PowerIteration,
) -> Result<SpectralNorm<E>, LinalgError> {
    settings.check()?;
    let nothing = SpectralNorm { value: E::zero(), iterations: 0, converged: true };
    if cols == 0 {
        return Ok(nothing);
    }
    let tolerance = E::of(settings.tolerance);
    let mut v: Array1<E> = Stream::new(0, "power-iteration", &[cols as u64]).normal_array(cols);
    normalise(&mut v);
    let mut value = E::zero();
    for iteration in 1..=settings.max_iterations {
        let mut u = forward(v.view());
        check_finite("the product A v of power iteration", u.view().insert_axis(Axis(1)))?;
        value = normalise(&mut u);
        if value == E::zero() {
            // A random vector lies in the null space of the zero map alone.
            return Ok(SpectralNorm { iterations: iteration, ..nothing });
        }
        // With u of length one, w is about as long as `value`, where A'A v could overflow.
        let mut w = adjoint(u.view());
        assert_eq!(w.len(), cols, "spectral_norm_with: the adjoint must return as many elements as the map takes");
        check_finite("the product A' u of power iteration", w.view().insert_axis(Axis(1)))?;
        let residual = norm((&w - &(&v * value)).iter().copied());
        if residual <= tolerance * value {
            return Ok(SpectralNorm { value, iterations: iteration, converged: true });
        }
        normalise(&mut w);
        v = w;
    }
    Ok(SpectralNorm { value, iterations: settings.max_iterations, converged: false })
}

/// Scales `x` to length one, if it is not zero, and returns its old length.
fn normalise<E: Scalar>(x: &mut Array1<E>) -> E {
    let length = norm(x.iter().copied());
    if length > E::zero() {
        x.mapv_inplace(|x| x / length);
    }
    length
}

/// The Euclidean length. Scaled by the largest element, so that squares neither overflow nor vanish.
fn norm<E: Scalar>(x: impl Iterator<Item = E> + Clone) -> E {
    let largest = x.clone().fold(E::zero(), |m, x| m.max(x.abs()));
    if largest == E::zero() {
        return largest;
    }
    largest
        * x.map(|x| {
            let scaled = x / largest;
            scaled * scaled
        })
        .sum::<E>()
        .sqrt()
}
