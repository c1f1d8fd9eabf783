//! `p(x) = C_p(k) e^(k m^T x)` on the unit sphere of `p` dimensions, with `C_p(k) = k^v / ((2 pi)^(p/2) I_v(k))`,
//! `v = p/2 - 1`
//!
//! Davidson, Falorsi, De Cao, Kipf and Tomczak, *Hyperspherical variational auto-encoders*, 2018. Draws: G. Ulrich,
//! *Computer generation of distributions on the m-sphere*, 1984, corrected by A. Wood, 1994.

use super::Distribution;
use crate::error::{LossError, check_range, check_same_shape, check_setting};
use crate::special::log_bessel_scaled;
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, power_of_two};
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
    /// If a concentration is negative, infinite or NaN. A direction of length zero gives NaN.
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
        let infinite = concentration.array().iter().any(|k| k.is_infinite());
        check_setting(!infinite, "a concentration of VonMisesFisher", f64::INFINITY, "finite")?;
        // In a unit of their own size, short and long directions have a length.
        let largest = |row: ArrayView1<E>| row.iter().fold(E::zero(), |a, b| if b.abs() > a { b.abs() } else { a });
        let units = direction.view_as::<Ix2>().map_axis(Axis(1), |row| power_of_two(largest(row))).insert_axis(Axis(1));
        let direction = direction / Tensor::constant(units);
        Ok(Self { direction: &direction / direction.norm(&[1], true), concentration })
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
    let below_one = cosine_deficit(p as f64 - 1.0, k, stream);
    let mut tangent: Array1<f64> = stream.normal_array(p);
    let direction = direction.mapv(Scalar::as_f64);
    let along = tangent.dot(&direction);
    tangent.scaled_add(-along, &direction);
    let length = tangent.dot(&tangent).sqrt();
    let sine = (below_one * (2.0 - below_one)).max(0.0).sqrt();
    let drawn = &direction * (1.0 - below_one) + &tangent * (sine / length);
    let length = drawn.dot(&drawn).sqrt();
    drawn / length
}

/// `1 - w`, where the density of `w` is proportional to `(1 - w^2)^(d/2 - 1) e^(k w)` on `[-1, 1]`, `d = p - 1`.
///
/// Wood's `k w + d ln(1 - x w) - k x - d ln(1 - x^2)`, whose parts are as large as `k`, is written in
/// `1 - w = 2 b z / (1 - (1 - b) z)`, where they have cancelled: the larger `k` is, the smaller is `b`, and `k b` stays
/// below `d / 4`.
fn cosine_deficit(d: f64, k: f64, stream: &mut Stream) -> f64 {
    // Neither 2 k nor d / k overflows where it is used.
    let (b, kb) = if k < 1.0 {
        let b = d / (2.0 * k + (2.0 * k).hypot(d));
        (b, k * b)
    } else {
        let kb = d / (2.0 + 2.0_f64.hypot(d / k));
        (kb / k, kb)
    };
    loop {
        let (z, rest) = beta_half(d, stream);
        let denominator = rest + b * z;
        // 1 - u, because u can be zero.
        let u = 1.0 - stream.uniform::<f64>();
        let exponent = 2.0 * kb * (1.0 / (1.0 + b) - z / denominator) + d * ((1.0 + b) / (2.0 * denominator)).ln();
        if exponent >= u.ln() {
            return 2.0 * b * z / denominator;
        }
    }
}

/// A draw from Beta(d/2, d/2) with a whole `d`, from sums of squares of normal draws, and what it leaves of one.
fn beta_half(d: f64, stream: &mut Stream) -> (f64, f64) {
    let mut square_sum = || (0..d as usize).map(|_| stream.normal::<f64>().powi(2)).sum::<f64>();
    let (a, b) = (square_sum(), square_sum());
    (a / (a + b), b / (a + b))
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
    fn draws_of_any_concentration_end() {
        for p in [2, 3, 50] {
            let mut direction = Array2::zeros((200, p));
            direction.column_mut(0).fill(1.0);
            for k in [0.0, f64::MIN_POSITIVE, 1e-12, 1e8, 1e16, 1e17, 1e100, f64::MAX] {
                let q = VonMisesFisher::new(&Tensor::constant(direction.clone()), Tensor::full(&[200], k)).unwrap();
                let x = q.sample(&mut Stream::new(3, "draws", &[])).into_array::<Ix2>();
                assert!(x.rows().into_iter().all(|x| (x.dot(&x) - 1.0_f64).abs() < 1e-12), "p = {p}, k = {k}");
                if k >= 1e8 {
                    // For large k, k times the squared length of the tangent is chi-squared with p - 1 degrees of
                    // freedom.
                    let scaled = |x: &f64| *x * k.sqrt();
                    let squares: Vec<f64> =
                        x.rows().into_iter().map(|x| x.iter().skip(1).map(|x| scaled(x).powi(2)).sum()).collect();
                    let (mean, error) = mean_and_error(&squares);
                    assert!((mean - (p - 1) as f64).abs() < 6.0 * error, "p = {p}, k = {k}: {mean} +- {error}");
                }
            }
        }
    }

    #[test]
    fn directions_of_any_length() {
        let of = |length: f32| {
            VonMisesFisher::new(&Tensor::constant(array![[3.0 * length, 4.0 * length]]), Tensor::ones(&[1])).unwrap()
        };
        for length in [1e-30, 1.0, 1e30] {
            let direction = of(length).direction().to_array();
            assert!((direction[[0, 0]] - 0.6).abs() < 1e-6 && (direction[[0, 1]] - 0.8).abs() < 1e-6, "{direction}");
        }
    }

    #[test]
    fn infinite_concentrations() {
        let error = VonMisesFisher::new(&Tensor::ones(&[1, 2]), Tensor::constant(array![f32::INFINITY])).unwrap_err();
        assert_eq!(error.to_string(), "a concentration of VonMisesFisher is inf, which is not finite");
    }

    #[test]
    fn negative_concentrations() {
        let error = VonMisesFisher::new(&Tensor::ones(&[1, 2]), Tensor::constant(array![-1.0])).unwrap_err();
        assert_eq!(error.to_string(), "VonMisesFisher: concentrations must lie in [0, inf], but range from -1 to -1");
    }
}
