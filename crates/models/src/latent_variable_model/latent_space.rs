//! Ways through the space of codes.

use super::LatentVariableModel;
use crate::error::{ModelError, require};
use latent_layers::Context;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{Array2, ArrayView1, Axis};
use serde::{Deserialize, Serialize};

/// The way from one code to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// `(1 - t) a + t b`, which leaves the shell where a high-dimensional prior has its mass.
    #[default]
    Linear,
    /// `sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b` with the angle `w` between `a` and `b` (Shoemake 1985; White
    /// 2016). Linear where they point the same way, the opposite way, or nowhere.
    Spherical,
}

/// Codes from `a` to `b`, both included, equally far apart, (steps, latent_dim).
///
/// # Panics
/// If the codes differ in length, or there are not two steps.
///
/// ```
/// use latent_models::{Interpolation, path};
/// use ndarray::array;
///
/// let (a, b) = (array![1.0_f64, 0.0], array![0.0, 1.0]);
/// let straight = path(a.view(), b.view(), 3, Interpolation::Linear);
/// assert_eq!(straight.row(1), array![0.5, 0.5]);
/// let round = path(a.view(), b.view(), 3, Interpolation::Spherical);
/// assert!((round.row(1).mapv(|x| x * x).sum() - 1.0).abs() < 1e-15);
/// ```
#[track_caller]
pub fn path<E: Scalar>(a: ArrayView1<E>, b: ArrayView1<E>, steps: usize, interpolation: Interpolation) -> Array2<E> {
    assert!(a.len() == b.len(), "path: codes of {} and {} dimensions", a.len(), b.len());
    assert!(steps >= 2, "path: {steps} steps, where both ends are steps");
    let length = |x: ArrayView1<E>| x.iter().map(|x| x.as_f64().powi(2)).sum::<f64>().sqrt();
    let product: f64 = a.iter().zip(b).map(|(a, b)| a.as_f64() * b.as_f64()).sum();
    let angle = (product / (length(a) * length(b))).clamp(-1.0, 1.0).acos();
    let is_round = interpolation == Interpolation::Spherical && angle.sin() > 1e-6;
    let mut codes = Array2::zeros((steps, a.len()));
    for (step, mut code) in codes.axis_iter_mut(Axis(0)).enumerate() {
        let t = step as f64 / (steps - 1) as f64;
        let [from, to] =
            if is_round { [1.0 - t, t].map(|part| (part * angle).sin() / angle.sin()) } else { [1.0 - t, t] };
        code.zip_mut_with(&a, |code, &a| *code = a * E::of(from));
        code.zip_mut_with(&b, |code, &b| *code += b * E::of(to));
    }
    codes
}

impl<E: Scalar> LatentVariableModel<E> {
    /// Images between each image of `from` and that of `to`: decoded codes on the way from one posterior mean to the
    /// other, (samples steps, features), all steps of the first pair first.
    ///
    /// # Errors
    /// If the images have another size or there are not as many of both.
    ///
    /// # Panics
    /// If there are not two steps.
    ///
    /// ```
    /// use latent_models::{Interpolation, VaeSettings};
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let (from, to) = (Tensor::zeros(&[3, 784]), Tensor::ones(&[3, 784]));
    /// let images = vae.interpolate(&from, &to, 8, Interpolation::Linear)?;
    /// assert_eq!(images.shape(), [24, 784]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn interpolate(
        &self,
        from: &Tensor<E>,
        to: &Tensor<E>,
        steps: usize,
        interpolation: Interpolation,
    ) -> Result<Tensor<E>, ModelError> {
        let [a, b] = [self.codes(from)?, self.codes(to)?];
        if from.shape() != to.shape() {
            return Err(Context::evaluate()
                .shape_error("vae", format!("{:?}, a second image for each", from.shape()), to.shape())
                .into());
        }
        let (a, b) = (a.view_as::<ndarray::Ix2>(), b.view_as::<ndarray::Ix2>());
        let mut codes = Array2::zeros((a.nrows() * steps, self.latent_dim()));
        for ((mut codes, a), b) in codes.axis_chunks_iter_mut(Axis(0), steps).zip(a.rows()).zip(b.rows()) {
            codes.assign(&path(a, b, steps, interpolation));
        }
        self.decode(&Tensor::constant(codes))
    }

    /// Images decoded from a code of which one dimension takes these values in turn, (values, features).
    ///
    /// # Errors
    /// If there is no such dimension, or the code has another length.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let origin = ndarray::array![0.0, 0.0];
    /// assert_eq!(vae.traverse(origin.view(), 1, &[-2.0, 0.0, 2.0])?.shape(), [3, 784]);
    /// let error = vae.traverse(origin.view(), 2, &[0.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "dimension is 2, expected less than the latent_dim, 2");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn traverse(&self, code: ArrayView1<E>, dimension: usize, values: &[E]) -> Result<Tensor<E>, ModelError> {
        let latent_dim = self.latent_dim();
        require(dimension < latent_dim, "dimension", dimension, format!("less than the latent_dim, {latent_dim}"))?;
        let mut codes = Array2::zeros((values.len(), code.len()));
        for (mut row, &value) in codes.axis_iter_mut(Axis(0)).zip(values) {
            row.assign(&code);
            if let Some(element) = row.get_mut(dimension) {
                *element = value;
            }
        }
        self.decode(&Tensor::constant(codes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, array};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_path_has_its_ends(a in prop::collection::vec(-3.0_f64..3.0, 4), b in prop::collection::vec(-3.0_f64..3.0, 4)) {
            let (a, b) = (Array1::from(a), Array1::from(b));
            for interpolation in [Interpolation::Linear, Interpolation::Spherical] {
                let codes = path(a.view(), b.view(), 5, interpolation);
                for (got, want) in [(codes.row(0), &a), (codes.row(4), &b)] {
                    prop_assert!((&got - want).iter().all(|d| d.abs() < 1e-9));
                }
            }
        }

        #[test]
        fn a_round_path_stays_on_its_sphere_at_one_speed(angle in 0.01_f64..3.1, radius in 0.1_f64..5.0) {
            let (a, b) = (array![radius, 0.0], array![radius * angle.cos(), radius * angle.sin()]);
            let codes = path(a.view(), b.view(), 6, Interpolation::Spherical);
            for (i, code) in codes.rows().into_iter().enumerate() {
                prop_assert!((code.dot(&code).sqrt() - radius).abs() < 1e-9 * radius);
                prop_assert!((code[1].atan2(code[0]) - angle * i as f64 / 5.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn directions_that_have_no_arc_between_them() {
        let a = array![1.0, 2.0];
        for b in [array![2.0, 4.0], array![-1.0, -2.0], array![0.0, 0.0]] {
            let paths = [Interpolation::Linear, Interpolation::Spherical].map(|i| path(a.view(), b.view(), 4, i));
            assert_eq!(paths[0], paths[1]);
        }
    }
}
