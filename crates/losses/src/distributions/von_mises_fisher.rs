//! `p(x) = C_p(k) e^(k m^T x)` on the unit sphere of `p` dimensions, with `C_p(k) = k^v / ((2 pi)^(p/2) I_v(k))`,
//! `v = p/2 - 1`
//!
//! Davidson, Falorsi, De Cao, Kipf and Tomczak, *Hyperspherical variational auto-encoders*, 2018. Draws: G. Ulrich,
//! *Computer generation of distributions on the m-sphere*, 1984, corrected by A. Wood, 1994.

use super::Distribution;
use crate::error::{LossError, check_range, check_same_shape};
use crate::special::log_bessel_scaled;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array1, Array2, ArrayView1, Axis, Ix1, Ix2, Zip};
use std::f64::consts::PI;

/// Von Mises-Fisher distributions: mean directions (N, p) and concentrations (N). Concentration zero is the uniform
/// distribution.
#[derive(Clone, Debug)]
pub struct VonMisesFisher<E: Scalar> {
    direction: Tensor<E>,
    concentration: Tensor<E>,
}

impl<E: Scalar> VonMisesFisher<E> {
    /// Distributions around these directions, which are brought to length one.
    ///
    /// ```
    /// use latent_losses::distributions::{Distribution, VonMisesFisher};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// // Uniform on the circle: 1 / (2 pi) everywhere.
    /// let q = VonMisesFisher::new(&Tensor::constant(array![[0.0, 3.0]]), Tensor::constant(array![0.0]))?;
    /// let log_prob: f64 = q.log_prob(&Tensor::constant(array![[1.0, 0.0]])).item();
    /// assert!((log_prob + (2.0 * std::f64::consts::PI).ln()).abs() < 1e-15);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    ///
    /// # Errors
    /// If a concentration is negative or NaN. A direction of length zero gives NaN.
    ///
    /// # Panics
    /// If the shapes do not fit, or there are fewer than two dimensions.
    #[track_caller]
    pub fn new(direction: &Tensor<E>, concentration: Tensor<E>) -> Result<Self, LossError> {
        let (directions, concentrations) = (direction.shape(), concentration.shape());
        let fits = directions.len() == 2 && concentrations == &directions[..1] && directions[1] > 1;
        assert!(
            fits,
            "VonMisesFisher: directions of the shape {directions:?} and concentrations of the shape \
             {concentrations:?}, not (N, p) and (N) with p of at least two"
        );
        check_range("VonMisesFisher", "concentrations", &concentration, 0.0, f64::INFINITY)?;
        Ok(Self { direction: direction / direction.norm(&[1], true), concentration })
    }

    /// The mean directions, of length one.
    ///
    /// ```
    /// # use latent_losses::distributions::VonMisesFisher;
    /// # use latent_tensor::Tensor;
    /// let q = VonMisesFisher::new(&Tensor::full(&[1, 4], 3.0), Tensor::full(&[1], 7.0))?;
    /// assert_eq!(q.direction().to_array()[[0, 2]], 0.5);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn direction(&self) -> &Tensor<E> {
        &self.direction
    }

    /// The concentrations.
    ///
    /// ```
    /// # use latent_losses::distributions::VonMisesFisher;
    /// # use latent_tensor::Tensor;
    /// let q = VonMisesFisher::new(&Tensor::full(&[1, 4], 3.0), Tensor::full(&[1], 7.0))?;
    /// assert_eq!(q.concentration().item(), 7.0);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn concentration(&self) -> &Tensor<E> {
        &self.concentration
    }

    /// `p / 2 - 1`, the order of the Bessel function.
    pub(crate) fn order(&self) -> f64 {
        self.direction.shape()[1] as f64 / 2.0 - 1.0
    }
}

impl<E: Scalar> Distribution<E> for VonMisesFisher<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        check_same_shape("VonMisesFisher", ("x", x), ("direction", &self.direction));
        let v = self.order();
        let cosine = (x * &self.direction).sum_axes(&[1], false);
        &self.concentration * cosine - log_bessel_scaled(v, &self.concentration) - E::of((v + 1.0) * (2.0 * PI).ln())
    }

    /// Draws have no gradient: they come from rejection.
    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        let (directions, concentrations) = (self.direction.view_as::<Ix2>(), self.concentration.view_as::<Ix1>());
        let mut drawn = Array2::zeros(directions.dim());
        Zip::from(drawn.rows_mut())
            .and(directions.axis_iter(Axis(0)))
            .and(&concentrations)
            .for_each(|mut drawn, direction, k| drawn.assign(&draw(direction, k.as_f64(), stream).mapv(E::of)));
        Tensor::constant(drawn)
    }
}

/// One draw: the cosine with the mean direction by rejection, the rest uniform on the sphere around it.
fn draw<E: Scalar>(direction: ArrayView1<E>, k: f64, stream: &mut Stream) -> Array1<f64> {
    let p = direction.len();
    let cosine = cosine(p as f64 - 1.0, k, stream);
    let mut tangent: Array1<f64> = stream.normal_array(p);
    let direction = direction.mapv(Scalar::as_f64);
    let along = tangent.dot(&direction);
    tangent.scaled_add(-along, &direction);
    let length = tangent.dot(&tangent).sqrt();
    let drawn = &direction * cosine + &tangent * ((1.0 - cosine * cosine).max(0.0).sqrt() / length);
    let length = drawn.dot(&drawn).sqrt();
    drawn / length
}

/// A draw with the density proportional to `(1 - w^2)^(d/2 - 1) e^(k w)` on `[-1, 1]`, `d = p - 1`.
fn cosine(d: f64, k: f64, stream: &mut Stream) -> f64 {
    let b = d / (2.0 * k + (4.0 * k * k + d * d).sqrt());
    let x = (1.0 - b) / (1.0 + b);
    let c = k * x + d * (1.0 - x * x).ln();
    loop {
        let z = beta_half(d, stream);
        let w = (1.0 - (1.0 + b) * z) / (1.0 - (1.0 - b) * z);
        // 1 - u, because u can be zero.
        let u = 1.0 - stream.uniform::<f64>();
        if k * w + d * (1.0 - x * w).ln() - c >= u.ln() {
            return w;
        }
    }
}

/// A draw from Beta(d/2, d/2) with a whole `d`, from sums of squares of normal draws.
fn beta_half(d: f64, stream: &mut Stream) -> f64 {
    let mut square_sum = || (0..d as usize).map(|_| stream.normal::<f64>().powi(2)).sum::<f64>();
    let (a, b) = (square_sum(), square_sum());
    a / (a + b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::bessel_ratio;
    use crate::testing::mean_and_error;
    use ndarray::array;

    #[test]
    fn the_mean_resultant_length_of_draws() {
        for (p, k) in [(2, 0.0), (2, 3.0), (3, 0.4), (5, 20.0), (12, 50.0), (40, 7.0)] {
            let mut direction = Array2::zeros((4000, p));
            direction.column_mut(p - 1).fill(1.0);
            let q = VonMisesFisher::new(&Tensor::constant(direction), Tensor::full(&[4000], k)).unwrap();
            let x = q.sample(&mut Stream::new(3, "draws", &[])).into_array::<Ix2>();
            assert!(x.rows().into_iter().all(|x| (x.dot(&x) - 1.0_f64).abs() < 1e-12));
            let (mean, error) = mean_and_error(&x.column(p - 1).to_vec());
            let want = bessel_ratio(p as f64 / 2.0 - 1.0, &Tensor::scalar(k)).item();
            assert!((mean - want).abs() < 5.0 * error, "p = {p}, k = {k}: {mean} +- {error}, not {want}");
        }
    }

    #[test]
    fn negative_concentrations() {
        let error = VonMisesFisher::new(&Tensor::ones(&[1, 2]), Tensor::constant(array![-1.0])).unwrap_err();
        assert_eq!(error.to_string(), "VonMisesFisher: concentrations must lie in [0, inf], but range from -1 to -1");
    }
}
