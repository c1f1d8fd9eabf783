//! `y ~ N(0, 1)` or `y ~ U[0, 1)`, independent elements; constants.

use crate::{Tensor, pool};
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A constant of independent standard normal draws, in row-major order.
    ///
    /// ```
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let x: Tensor = Tensor::normal(&[2, 3], &mut Stream::new(1, "weights", &[]));
    /// assert_eq!(x.shape(), [2, 3]);
    /// ```
    pub fn normal(shape: &[usize], stream: &mut Stream) -> Self {
        Self::drawn(shape, || stream.normal())
    }

    /// A constant of independent uniform draws from `[0, 1)`, in row-major order.
    pub fn uniform(shape: &[usize], stream: &mut Stream) -> Self {
        Self::drawn(shape, || stream.uniform())
    }

    pub(super) fn drawn(shape: &[usize], mut draw: impl FnMut() -> E) -> Self {
        let mut buffer = pool::take(shape.iter().product());
        buffer.fill_with(&mut draw);
        Self::from_buffer(shape, buffer)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use latent_numeric::random::Stream;

    #[test]
    fn the_draws_of_the_stream_in_order() {
        let stream = || Stream::new(7, "test", &[]);
        let (x, want): (Tensor<f64>, _) =
            (Tensor::normal(&[3, 4], &mut stream()), stream().normal_array::<f64, _, _>((3, 4)));
        assert_eq!(x.to_array(), want.into_dyn());
        let (x, want): (Tensor<f32>, _) =
            (Tensor::uniform(&[3, 4], &mut stream()), stream().uniform_array::<f32, _, _>((3, 4)));
        assert_eq!(x.to_array(), want.into_dyn());
    }
}
