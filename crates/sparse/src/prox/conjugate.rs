//! Convex conjugates, through Moreau's identity.

use super::{Prox, check_step};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// A closed convex g whose conjugate `g*(y) = sup_u <u, y> - g(u)` is known in closed form.
///
/// Fenchel and Young: `g(u) + g*(y) >= <u, y>`, with equality exactly where y is a subgradient of g at u.
/// Dual objectives and duality gaps are made of it.
pub trait FenchelConjugate<E: Scalar>: Prox<E> {
    /// g*(y), infinite outside its domain; norm constraints on y allow a few units of rounding.
    ///
    /// # Panics
    /// If the operator has a fixed length and `y` another.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64;

    /// The largest `s` in [0, 1] for which `g*(s y)` is finite: by how much `y` has to be scaled down to be a dual point.
    ///
    /// Unless a penalty knows better, it is found by bisection, at the cost of some fifty values of g*.
    ///
    /// # Panics
    /// As [`conjugate_value`](Self::conjugate_value).
    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        let inside = |s: f64| self.conjugate_value(y.mapv(|y| E::of(s * y.as_f64())).view()) < f64::INFINITY;
        if inside(1.0) {
            return 1.0;
        }
        // `s` is inside, `s + width` is not.
        let (mut s, mut width) = (0.0, 1.0);
        while width > f64::EPSILON * s && width > f64::MIN_POSITIVE {
            width *= 0.5;
            if inside(s + width) {
                s += width;
            }
        }
        s
    }
}

impl<E: Scalar, P: FenchelConjugate<E> + ?Sized> FenchelConjugate<E> for &P {
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        (**self).conjugate_value(y)
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        (**self).dual_scale(y)
    }
}

impl<E: Scalar, P: FenchelConjugate<E> + ?Sized> FenchelConjugate<E> for Box<P> {
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        (**self).conjugate_value(y)
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        (**self).dual_scale(y)
    }
}

/// The conjugate g* of the convex penalty `P`, as a penalty of its own.
///
/// Its prox follows from that of g by Moreau's identity (1965), for `step > 0`:
///
/// ```text
/// prox_{t g*}(z) = z - t prox_{g/t}(z/t).
/// ```
///
/// The subtraction rounds relative to z: a result that should lie on the border of the domain of g* may be
/// outside it by `eps ||z||`. Where the conjugate has an operator of its own, such as a ball, prefer that.
///
/// ```
/// use latent_sparse::prox::{Conjugate, L2Norm, Prox};
/// use ndarray::array;
///
/// // The conjugate of a norm is the indicator of its dual ball.
/// let ball = Conjugate::new(L2Norm::new(1.0)?);
/// let mut y = array![3.0_f64, 4.0];
/// ball.apply(y.view_mut(), 0.5);
/// assert!((y[0] - 0.6).abs() < 1e-15 && (y[1] - 0.8).abs() < 1e-15);
/// # Ok::<(), latent_sparse::prox::ProxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conjugate<P> {
    penalty: P,
}

impl<P> Conjugate<P> {
    /// The conjugate of `penalty`.
    pub fn new(penalty: P) -> Self {
        Self { penalty }
    }

    /// The penalty whose conjugate this is.
    pub fn into_inner(self) -> P {
        self.penalty
    }
}

impl<E: Scalar, P: FenchelConjugate<E>> Prox<E> for Conjugate<P> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        self.penalty.conjugate_value(z)
    }

    /// As [`Prox::apply`], but here `step` must be positive.
    ///
    /// # Panics
    /// Also if `step` is 0 or its inverse overflows: the limit is then the projection on the domain of g*,
    /// which the prox of g does not give.
    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let inverse = E::one() / step;
        assert!(inverse.is_finite(), "Conjugate: the step must be positive, got {step}");
        let mut scaled = z.mapv(|x| x / step);
        self.penalty.apply(scaled.view_mut(), inverse);
        z.zip_mut_with(&scaled, |x, &p| *x -= step * p);
    }

    fn dimension(&self) -> Option<usize> {
        self.penalty.dimension()
    }
}

impl<E: Scalar, P: FenchelConjugate<E>> FenchelConjugate<E> for Conjugate<P> {
    /// `g** = g` (Fenchel and Moreau).
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        self.penalty.value(y)
    }
}
