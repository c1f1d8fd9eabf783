//! `y = x m / (1 - p)` with independent `m ~ Bernoulli(1 - p)`; a product with a constant.

use crate::Tensor;
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Each element is set to zero with probability `p`, and otherwise divided by `1 - p`, so that the expectation
    /// is this tensor (Srivastava et al., JMLR 15, 2014, with the scaling moved to training).
    ///
    /// One draw an element, in row-major order. With `p = 0` the tensor stays as it is, and nothing is drawn.
    ///
    /// # Panics
    /// If `p` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn dropout(&self, p: f64, stream: &mut Stream) -> Self {
        assert!((0.0..1.0).contains(&p), "dropout: p = {p} is not in [0, 1)");
        if p == 0.0 {
            return self.clone();
        }
        let scale = E::of(1.0 / (1.0 - p));
        self * Self::drawn(self.shape(), || if stream.bernoulli(p) { E::zero() } else { scale })
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    fn stream() -> Stream {
        Stream::new(5, "dropout", &[])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), p in 0.0..0.9) {
            let a = array(seed, &shape, 0.5, 2.0);
            let got = Tensor::constant(a.clone()).dropout(p, &mut stream());
            for (y, x) in got.array().iter().zip(&a) {
                prop_assert!(*y == 0.0 || (y - x / (1.0 - p)).abs() < 1e-12);
            }
            let square = |x: &[Tensor<f64>]| { let y = x[0].dropout(p, &mut stream()); &y * &y };
            prop_assert_eq!(gradients(&[a], square), Ok(()));
        }
    }

    #[test]
    fn the_rate_and_the_expectation() {
        let x = Tensor::<f64>::ones(&[40_000]).dropout(0.25, &mut stream());
        let dropped = x.array().iter().filter(|&&x| x == 0.0).count() as f64 / 40_000.0;
        // Five standard deviations.
        assert!((dropped - 0.25).abs() < 5.0 * (0.25_f64 * 0.75 / 40_000.0).sqrt());
        assert!((x.mean().item() - 1.0).abs() < 5.0 * (0.25_f64 / 0.75 / 40_000.0).sqrt());
    }

    #[test]
    fn none_dropped() {
        let (x, mut stream) = (Tensor::<f32>::ones(&[10]), stream());
        assert_eq!(x.dropout(0.0, &mut stream).to_array(), x.to_array());
        assert_eq!(stream.position(), 0);
    }

    #[test]
    #[should_panic(expected = "dropout: p = 1 is not in [0, 1)")]
    fn all_dropped() {
        let _ = Tensor::<f32>::ones(&[1]).dropout(1.0, &mut stream());
    }
}
