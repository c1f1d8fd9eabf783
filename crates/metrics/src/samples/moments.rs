//! `m = 1/n sum_i x_i` and `C = 1/(n - 1) sum_i (x_i - m)(x_i - m)'`

use latent_numeric::Scalar;
use latent_numeric::matmul::matmul;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Mean and covariance of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// The mean, (features).
    pub mean: Array1<f64>,
    /// The covariance, divided by one less than the number of rows, (features, features).
    pub covariance: Array2<f64>,
}

impl Moments {
    /// Of these rows, (samples, features).
    ///
    /// # Panics
    /// If there are not two rows.
    pub fn of<E: Scalar>(rows: ArrayView2<'_, E>) -> Self {
        assert!(rows.nrows() >= 2, "Moments: {} rows have no covariance", rows.nrows());
        of_doubles(rows.mapv(E::as_f64))
    }

    /// Of the normal distribution with mean zero and unit variances.
    pub fn standard_normal(features: usize) -> Self {
        Self { mean: Array1::zeros(features), covariance: Array2::eye(features) }
    }
}

fn of_doubles(rows: Array2<f64>) -> Moments {
    let mean = rows.mean_axis(Axis(0)).expect("rows");
    let centered = rows - &mean;
    let covariance = matmul(centered.t(), centered.view()) / (centered.nrows() - 1) as f64;
    Moments { mean, covariance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_rows() {
        let moments = Moments::of(ndarray::array![[1.0_f32, 0.0], [3.0, 4.0], [5.0, 2.0]].view());
        assert_eq!(moments.mean, ndarray::array![3.0, 2.0]);
        assert_eq!(moments.covariance, ndarray::array![[4.0, 2.0], [2.0, 4.0]]);
    }
}
