//! `lambda / 2 mean_n ||J(x_n)||_F^2`

use crate::Output;
use crate::recorded::Recorded;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array2, Axis};

/// `lambda / 2 mean over n of ||J(x_n)||_F^2`, where `J(x_n)` is the Jacobian of the function at sample `n`
/// (Hoffman, Roberts and Yaida 2019).
///
/// The Jacobian is computed row by row: one backward pass for each element of a sample's value, over one forward pass.
/// The penalty can be differentiated to any order. A sample's value may depend on this sample only: layers that mix
/// samples, such as batch normalisation in training, have no Jacobian of a sample. If `x` is tracked, gradients flow
/// to it as well.
///
/// # Shapes
/// `x` is (samples, ...), the function's value (samples, ...); the result has no axes.
///
/// # Errors
/// Those of the function, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the value has not a row for each sample.
///
/// ```
/// use latent_regularizers::jacobian;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0], [0.0, 1.0]]);
/// // J = diag(2 x), so the squared norms are 20 and 4.
/// assert_eq!(jacobian(|x| x.square(), &x, 1.0).item(), 6.0);
/// ```
#[track_caller]
pub fn jacobian<E: Scalar, R: Output<E>>(
    f: impl FnOnce(&Tensor<E>) -> R,
    x: &Tensor<E>,
    lambda: f64,
) -> R::With<Tensor<E>> {
    R::wrap(Recorded::new("jacobian", f, x).map(|at| exact_norm(&at) * E::of(lambda / 2.0)))
}

/// The same by projection on random unit vectors: without bias, for one backward pass for each of them
/// (Hoffman, Roberts and Yaida 2019, algorithm 1).
///
/// With `v` uniform on the unit sphere of the `c` elements of a sample's value, `E[c ||v' J||^2] = ||J||_F^2`. Every
/// sample has vectors of its own, drawn from the stream; the mean is taken over `projections` of them. With one
/// element it is exact.
///
/// # Shapes
/// As [`jacobian`].
///
/// # Errors
/// As [`jacobian`].
///
/// # Panics
/// As [`jacobian`], and if there are no projections.
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::projected_jacobian;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0], [0.0, 1.0]]);
/// let mut stream = Stream::new(1, "jacobian projections", &[]);
/// let penalty: f64 = projected_jacobian(|x| x.square(), &x, 1.0, 1000, &mut stream).item();
/// assert!((penalty - 6.0).abs() < 0.5);
/// ```
#[track_caller]
pub fn projected_jacobian<E: Scalar, R: Output<E>>(
    f: impl FnOnce(&Tensor<E>) -> R,
    x: &Tensor<E>,
    lambda: f64,
    projections: usize,
    stream: &mut Stream,
) -> R::With<Tensor<E>> {
    assert!(projections > 0, "projected_jacobian: no projections");
    R::wrap(Recorded::new("projected_jacobian", f, x).map(|at| {
        let (samples, outputs) = (at.samples(), at.outputs());
        let one = |_| {
            let vectors = unit_vectors::<E>(samples, outputs, stream);
            at.gradient(Some(Tensor::constant(vectors).reshape(at.value.shape()))).square().sum()
        };
        let sum = (0..projections).map(one).reduce(|a, b| a + b).expect("at least one projection");
        sum * E::of(lambda / 2.0 * outputs as f64 / (projections * samples) as f64)
    }))
}

/// `mean_n ||J(x_n)||_F^2`
pub(crate) fn exact_norm<E: Scalar>(at: &Recorded<E>) -> Tensor<E> {
    let (samples, outputs) = (at.samples(), at.outputs());
    let row = |k| {
        let mut unit = Array2::zeros((samples, outputs));
        unit.column_mut(k).fill(E::one());
        at.gradient(Some(Tensor::constant(unit).reshape(at.value.shape()))).square().sum()
    };
    let sum = (0..outputs).map(row).reduce(|a, b| a + b).unwrap_or_else(|| Tensor::scalar(E::zero()));
    sum / E::of(samples as f64)
}

/// Rows uniform on the unit sphere.
fn unit_vectors<E: Scalar>(rows: usize, columns: usize, stream: &mut Stream) -> Array2<E> {
    let mut vectors: Array2<E> = stream.normal_array((rows, columns));
    for mut row in vectors.axis_iter_mut(Axis(0)) {
        let norm = row.iter().map(|&v| v * v).sum::<E>().sqrt();
        // A row of zeros is as likely as one of any other numbers.
        if norm > E::zero() {
            row.mapv_inplace(|v| v / norm);
        }
    }
    vectors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contractive;
    use crate::testing::{close, constant, fine_gradients, normal, parameters, smooth};
    use latent_tensor::no_grad;
    use proptest::prelude::*;

    fn constants(arrays: Vec<ndarray::ArrayD<f64>>) -> Vec<Tensor<f64>> {
        arrays.into_iter().map(Tensor::constant).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn it_is_the_norm_of_each_sample_s_jacobian(seed: u64, n in 1_usize..4, d in 1_usize..4, c in 1_usize..4) {
            let p = constants(parameters(seed, d, c));
            let x = normal(seed / 3, &[n, d]);
            let of_row = |row: usize| {
                let row = x.index_axis(Axis(0), row).insert_axis(Axis(0)).to_owned();
                latent_tensor::jacobian(|x| smooth(x, &p), &Tensor::constant(row)).square().sum().item()
            };
            let want = (0..n).map(of_row).sum::<f64>() / n as f64;
            let x = Tensor::constant(x.clone());
            prop_assert!(close(jacobian(|x| smooth(x, &p), &x, 0.6).item(), 0.3 * want, 1e-12));
            prop_assert!(close(contractive(|x| smooth(x, &p), &x, 0.6).item(), 0.6 * want, 1e-12));
            // Also where nothing is recorded, and then without a history.
            let silent = no_grad(|| jacobian(|x| smooth(x, &p), &x, 0.6));
            prop_assert!(!silent.is_tracked() && close(silent.item(), 0.3 * want, 1e-12));
        }

        #[test]
        fn gradients_of_order_one_and_two(seed: u64, n in 1_usize..3, c in 1_usize..3) {
            let mut inputs = parameters(seed, 2, c);
            inputs.push(normal(seed / 3, &[n, 2]));
            prop_assert_eq!(fine_gradients(&inputs, |p| jacobian(|x| smooth(x, p), &p[3], 0.6)), Ok(()));
            prop_assert_eq!(fine_gradients(&inputs, |p| {
                let mut stream = Stream::new(seed, "jacobian projections", &[]);
                projected_jacobian(|x| smooth(x, p), &p[3], 0.6, 2, &mut stream)
            }), Ok(()));
        }

        #[test]
        fn with_one_output_a_projection_is_exact(seed: u64, n in 1_usize..4) {
            let p = constants(parameters(seed, 3, 1));
            let x = constant(seed / 3, &[n, 3]);
            let mut stream = Stream::new(seed, "jacobian projections", &[]);
            let got = projected_jacobian(|x| smooth(x, &p), &x, 0.6, 1, &mut stream).item();
            prop_assert!(close(got, jacobian(|x| smooth(x, &p), &x, 0.6).item(), 1e-13));
        }
    }

    #[test]
    fn projections_are_unbiased() {
        let p = constants(parameters(1, 4, 5));
        let x = constant(2, &[3, 4]);
        let want = jacobian(|x| smooth(x, &p), &x, 1.0).item();
        let draws: Vec<f64> = (0..2000)
            .map(|k| {
                let mut stream = Stream::new(3, "jacobian projections", &[k]);
                projected_jacobian(|x| smooth(x, &p), &x, 1.0, 2, &mut stream).item()
            })
            .collect();
        let mean = draws.iter().sum::<f64>() / 2000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 1999.0;
        assert!((mean - want).abs() < 5.0 * (variance / 2000.0).sqrt(), "{mean} for {want}");
    }

    #[test]
    #[should_panic(expected = "jacobian: a value of shape [6] for samples of shape [2, 3]")]
    fn values_that_are_not_of_samples() {
        let _ = jacobian(|x| x.reshape(&[6]), &Tensor::<f32>::zeros(&[2, 3]), 1.0);
    }
}
