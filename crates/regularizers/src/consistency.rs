//! `lambda mean_n ||D(x_n) - D(T(x_n))||^2`

use crate::Output;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda mean over n of ||D(x_n) - D(T(x_n))||^2`: the critic's answer should not change under an augmentation
/// (Zhang et al. 2020, *Consistency regularization for generative adversarial networks*).
///
/// Applied to real samples it is the term of CR-GAN; see [`balanced_consistency`] for real and generated ones.
/// Gradients go through both answers.
///
/// # Shapes
/// `x` and the transformed samples are what the critic takes, its answers (samples, ...); the result has no axes.
///
/// # Errors
/// Those of the critic, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the critic's two answers differ in shape, or have no axis.
///
/// ```
/// use latent_regularizers::consistency;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0], [4.0, 4.0]]);
/// let first = |x: &Tensor<f64>| x.slice(ndarray::s![.., 0]);
/// // Mirrored, the first column is the second: (1 - 2)^2 and (4 - 4)^2.
/// assert_eq!(consistency(first, |x| x.flip(&[1]), &x, 10.0).item(), 5.0);
/// ```
#[track_caller]
pub fn consistency<E: Scalar, R: Output<E>>(
    mut critic: impl FnMut(&Tensor<E>) -> R,
    transform: impl FnOnce(&Tensor<E>) -> Tensor<E>,
    x: &Tensor<E>,
    lambda: f64,
) -> R::With<Tensor<E>> {
    R::wrap(distance(&mut critic, transform, x, lambda))
}

/// `lambda_real mean ||D(x) - D(T(x))||^2 + lambda_fake mean ||D(G(z)) - D(T(G(z)))||^2`: balanced consistency, the bCR
/// of Zhao et al. 2021, *Improved consistency regularization for GANs*.
///
/// # Shapes
/// As [`consistency`], for real and for generated samples.
///
/// # Errors
/// As [`consistency`].
///
/// # Panics
/// As [`consistency`].
///
/// ```
/// use latent_regularizers::balanced_consistency;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (real, fake) = (Tensor::constant(array![[1.0, 2.0]]), Tensor::constant(array![[0.0, 3.0]]));
/// let first = |x: &Tensor<f64>| x.slice(ndarray::s![.., 0]);
/// let mirror = |x: &Tensor<f64>| x.flip(&[1]);
/// assert_eq!(balanced_consistency(first, mirror, &real, &fake, [10.0, 1.0]).item(), 19.0);
/// ```
#[track_caller]
pub fn balanced_consistency<E: Scalar, R: Output<E>>(
    mut critic: impl FnMut(&Tensor<E>) -> R,
    mut transform: impl FnMut(&Tensor<E>) -> Tensor<E>,
    real: &Tensor<E>,
    fake: &Tensor<E>,
    [lambda_real, lambda_fake]: [f64; 2],
) -> R::With<Tensor<E>> {
    let of_real = distance(&mut critic, &mut transform, real, lambda_real);
    R::wrap(of_real.and_then(|of_real| Ok(of_real + distance(&mut critic, &mut transform, fake, lambda_fake)?)))
}

#[track_caller]
fn distance<E: Scalar, R: Output<E>>(
    mut critic: impl FnMut(&Tensor<E>) -> R,
    transform: impl FnOnce(&Tensor<E>) -> Tensor<E>,
    x: &Tensor<E>,
    lambda: f64,
) -> Result<Tensor<E>, R::Error> {
    let plain = critic(x).into_result()?;
    let transformed = critic(&transform(x)).into_result()?;
    assert!(
        plain.rank() > 0 && plain.shape() == transformed.shape(),
        "consistency: answers of shapes {:?} and {:?}, before and after the transformation",
        plain.shape(),
        transformed.shape()
    );
    let samples = plain.shape()[0] as f64;
    Ok((plain - transformed).square().sum() * E::of(lambda / samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, constant, fine_gradients, normal, parameters, smooth};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, n in 1_usize..4, c in 1_usize..3) {
            let inputs = parameters(seed, 3, c);
            let p: Vec<Tensor<f64>> = inputs.iter().cloned().map(Tensor::constant).collect();
            let (x, fake) = (constant(seed / 3, &[n, 3]), constant(seed / 5, &[n, 3]));
            let critic = |x: &Tensor<f64>| smooth(x, &p);
            let mirror = |x: &Tensor<f64>| x.flip(&[1]);
            let of = |x: &Tensor<f64>| (critic(x) - critic(&mirror(x))).square().sum().item() / n as f64;
            prop_assert!(close(consistency(critic, mirror, &x, 0.3).item(), 0.3 * of(&x), 1e-13));
            let both = balanced_consistency(critic, mirror, &x, &fake, [0.3, 2.0]).item();
            prop_assert!(close(both, 0.3 * of(&x) + 2.0 * of(&fake), 1e-13));
            prop_assert_eq!(consistency(critic, Tensor::clone, &x, 1.0).item(), 0.0);
            let mut inputs = inputs;
            inputs.push(normal(seed / 3, &[n, 3]));
            prop_assert_eq!(fine_gradients(&inputs, |p| consistency(|x| smooth(x, p), mirror, &p[3], 0.3)), Ok(()));
        }
    }

    #[test]
    fn the_critic_s_errors_come_back() {
        let x = Tensor::<f32>::ones(&[2, 3]);
        let critic = |x: &Tensor<f32>| if x.array()[[0, 0]] == 2.0 { Err("two") } else { Ok(x.clone()) };
        assert_eq!(consistency(critic, |x| x * 2.0, &x, 1.0).unwrap_err(), "two");
        assert_eq!(balanced_consistency(critic, |x| x * 3.0, &x, &(&x * 2.0), [1.0; 2]).unwrap_err(), "two");
        assert_eq!(balanced_consistency(critic, |x| x * 3.0, &x, &x, [1.0; 2]).unwrap().item(), 24.0);
    }
}
