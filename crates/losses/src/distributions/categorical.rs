//! `p(class k) = e^(l_k) / sum_j e^(l_j)`, with logits `l` along the last axis

use super::Distribution;
use crate::error::check_same_shape;
use crate::special::product;
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{ArrayD, Axis, IxDyn, Zip};

/// Independent categorical distributions, given by logits (N, ..., classes). Draws are one-hot along the last axis.
#[derive(Clone, Debug)]
pub struct Categorical<E: Scalar> {
    logits: Tensor<E>,
}

impl<E: Scalar> Categorical<E> {
    /// Categorical distributions with these logits.
    ///
    /// ```
    /// use latent_losses::distributions::{Categorical, Distribution};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let die = Categorical::new(Tensor::<f64>::zeros(&[1, 6]));
    /// let four = Tensor::constant(array![[0.0, 0.0, 0.0, 1.0, 0.0, 0.0]]);
    /// assert!((die.log_prob(&four).item() + 6.0_f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If there are no two axes, or there are no classes.
    #[track_caller]
    pub fn new(logits: Tensor<E>) -> Self {
        let shape = logits.shape();
        assert!(
            shape.len() > 1 && shape.last() > Some(&0),
            "Categorical: logits of the shape {shape:?}, not (N, ..., classes)"
        );
        Self { logits }
    }

    /// The logits.
    ///
    /// ```
    /// # use latent_losses::distributions::Categorical;
    /// # use latent_tensor::Tensor;
    /// let q = Categorical::new(Tensor::<f32>::zeros(&[4, 3]));
    /// assert_eq!(q.logits().shape(), [4, 3]);
    /// ```
    pub fn logits(&self) -> &Tensor<E> {
        &self.logits
    }
}

impl<E: Scalar> Distribution<E> for Categorical<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        check_same_shape("Categorical", ("x", x), ("logits", &self.logits));
        // A class that is impossible, and is not drawn, adds nothing.
        PerSample.reduce(&product(x, &self.logits.log_softmax(self.logits.rank() - 1)))
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        let last = Axis(self.logits.rank() - 1);
        let probabilities = self.logits.detach().softmax(last.index());
        let mut drawn = ArrayD::zeros(IxDyn(self.logits.shape()));
        Zip::from(drawn.lanes_mut(last)).and(probabilities.view().lanes(last)).for_each(|mut drawn, p| {
            let mut left = stream.uniform::<f64>();
            // Rounding can leave a little at the end, which goes to the last class that is possible.
            let mut class = 0;
            for (k, p) in p.iter().enumerate().filter(|(_, p)| **p > E::zero()) {
                class = k;
                left -= p.as_f64();
                if left < 0.0 {
                    break;
                }
            }
            drawn[class] = E::one();
        });
        Tensor::constant(drawn)
    }
}
