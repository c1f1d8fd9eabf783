//! What a loss is summed and averaged over.
//!
//! Losses are computed element by element or sample by sample, and then reduced as the caller says. For an array of
//! shape (N, ...) of losses in nats, with N samples along the first axis:
//!
//! | reduction | result | unit |
//! |---|---|---|
//! | [`MeanOverBatch`] | sum over everything, divided by N | nats per sample: the one to train with, and to print |
//! | [`PerSample`] | sum over all axes but the first, shape (N) | nats of each sample: what [`elbo`](crate::elbo()) takes |
//! | [`Sum`] | sum over everything | nats of the whole batch |
//! | [`Mean`] | mean over all elements | nats per element: not the unit of a KL divergence or an ELBO |
//! | [`Elements`] | the losses as they are | nats of each element |
//!
//! `Mean` of a likelihood over D elements a sample is D times smaller than `MeanOverBatch`. A sum of the two is a
//! different objective from the ELBO; this is why a reduction has to be named wherever a loss is computed.

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// How losses become a result.
pub trait Reduction: Copy {
    /// Reduces losses of shape (N, ...).
    ///
    /// ```
    /// use latent_losses::{Elements, Mean, MeanOverBatch, PerSample, Reduction, Sum};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let losses = Tensor::constant(array![[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]]);
    /// assert_eq!(Sum.reduce(&losses).item(), 24.0);
    /// assert_eq!(Mean.reduce(&losses).item(), 4.0);
    /// assert_eq!(MeanOverBatch.reduce(&losses).item(), 12.0);
    /// assert_eq!(PerSample.reduce(&losses).to_array(), array![6.0, 18.0].into_dyn());
    /// assert_eq!(Elements.reduce(&losses).shape(), [2, 3]);
    /// ```
    ///
    /// # Panics
    /// [`MeanOverBatch`] and [`PerSample`], if there is no axis of samples.
    #[track_caller]
    fn reduce<E: Scalar>(self, losses: &Tensor<E>) -> Tensor<E>;
}

/// The sum over all elements; a tensor of no axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum;

/// The mean over all elements; a tensor of no axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean;

/// The sum over the elements of a sample, averaged over the samples; a tensor of no axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeanOverBatch;

/// The sum over the elements of each sample, shape (N).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerSample;

/// No reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elements;

impl Reduction for Sum {
    fn reduce<E: Scalar>(self, losses: &Tensor<E>) -> Tensor<E> {
        losses.sum()
    }
}

impl Reduction for Mean {
    fn reduce<E: Scalar>(self, losses: &Tensor<E>) -> Tensor<E> {
        losses.mean()
    }
}

impl Reduction for MeanOverBatch {
    #[track_caller]
    fn reduce<E: Scalar>(self, losses: &Tensor<E>) -> Tensor<E> {
        losses.sum() / E::of(samples("MeanOverBatch", losses) as f64)
    }
}

impl Reduction for PerSample {
    #[track_caller]
    fn reduce<E: Scalar>(self, losses: &Tensor<E>) -> Tensor<E> {
        samples("PerSample", losses);
        let within: Vec<usize> = (1..losses.rank()).collect();
        if within.is_empty() { losses.clone() } else { losses.sum_axes(&within, false) }
    }
}

impl Reduction for Elements {
    fn reduce<E: Scalar>(self, losses: &Tensor<E>) -> Tensor<E> {
        losses.clone()
    }
}

#[track_caller]
fn samples<E: Scalar>(reduction: &str, losses: &Tensor<E>) -> usize {
    assert!(losses.rank() > 0, "{reduction}: a loss of no axes has no axis of samples");
    losses.shape()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{array, close};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn each_follows_from_the_others(seed: u64, shape in prop::collection::vec(1_usize..5, 1..4)) {
            let losses = array(seed, &shape, -2.0, 2.0);
            let x = Tensor::constant(losses.clone());
            let (samples, elements) = (shape[0] as f64, x.len() as f64);
            let total = losses.sum();
            prop_assert!(close(Sum.reduce(&x).item(), total));
            prop_assert!(close(Mean.reduce(&x).item(), total / elements));
            prop_assert!(close(MeanOverBatch.reduce(&x).item(), total / samples));
            prop_assert!(close(MeanOverBatch.reduce(&x).item(), PerSample.reduce(&x).mean().item()));
            prop_assert_eq!(PerSample.reduce(&x).len(), shape[0]);
            prop_assert_eq!(Elements.reduce(&x).to_array(), losses.clone());
            prop_assert_eq!(gradients(&[losses], |x| MeanOverBatch.reduce(&(&x[0] * &x[0]))), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "MeanOverBatch: a loss of no axes")]
    fn no_samples() {
        let _ = MeanOverBatch.reduce(&Tensor::scalar(1.0));
    }
}
