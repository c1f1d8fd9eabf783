//! `y[i, k] = 1 if k = class_i else 0`; a constant.

use crate::{Tensor, pool};
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A row for each sample: one at its class, zero elsewhere. A constant of shape (samples, classes).
    ///
    /// ```
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let y: Tensor = Tensor::one_hot(&[2, 0], 3);
    /// assert_eq!(y.to_array(), array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If a class is not below `classes`.
    #[track_caller]
    pub fn one_hot(indices: &[usize], classes: usize) -> Self {
        let mut buffer = pool::take(indices.len() * classes);
        buffer.fill(E::zero());
        for (row, &class) in indices.iter().enumerate() {
            assert!(class < classes, "one_hot: class {class} of sample {row}, of {classes} classes");
            buffer[row * classes + class] = E::one();
        }
        Self::from_buffer(&[indices.len(), classes], buffer)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    #[should_panic(expected = "one_hot: class 3 of sample 1, of 3 classes")]
    fn no_such_class() {
        let _: Tensor = Tensor::one_hot(&[0, 3], 3);
    }
}
