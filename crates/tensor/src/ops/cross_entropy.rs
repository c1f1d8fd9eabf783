//! `y_n = m_n + ln sum_c e^(x_nc - m_n) - x_nk`, with `m_n = max_c x_nc` and `k` the class of sample `n`: the
//! cross-entropy `-ln softmax(x_n)_k` in nats; `x'_nc = y'_n (softmax(x_n)_c - [c = k])`

use super::exponentials::{log_sums, reduce, scale_rows};
use super::softmax::softmax_rows;
use crate::{Arguments, Operator, Tensor, elementwise, is_recording, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArrayD, IxDyn};

struct CrossEntropy {
    classes: Vec<usize>,
}

impl<E: Scalar> Operator<E> for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        if !is_recording() {
            return vec![Some(self.pull_back(cotangent, x))];
        }
        let mut taken = ArrayD::zeros(IxDyn(x.shape()));
        self.classes.iter().enumerate().for_each(|(n, &k)| taken[[n, k]] = E::one());
        let excess = x.softmax(1) - Tensor::constant(taken);
        vec![Some(cotangent.reshape(&[self.classes.len(), 1]) * excess)]
    }
}

impl CrossEntropy {
    fn pull_back<E: Scalar>(&self, cotangent: &Tensor<E>, x: &Tensor<E>) -> Tensor<E> {
        let width = x.shape()[1];
        let (c, x) = (cotangent.array().as_standard_layout(), x.array().as_standard_layout());
        let (c, values) = (c.as_slice().expect("row-major"), x.as_slice().expect("row-major"));
        let mut out = pool::take(values.len());
        elementwise::row_blocks(&mut out, width, |start, out| {
            softmax_rows(&values[start..start + out.len()], width, out);
            let first = start / width;
            for (out, &k) in out.chunks_mut(width).zip(&self.classes[first..]) {
                out[k] -= E::one();
            }
            scale_rows(out, width, &c[first..]);
        });
        Tensor::from_buffer(x.shape(), out)
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The cross-entropy of each sample's class under the softmax of its logits, in nats.
    ///
    /// # Shapes
    /// (samples, classes), with one class index a sample, gives (samples).
    ///
    /// # Panics
    /// If this is not a matrix, there is not one index a sample, or one is not below the number of classes.
    #[must_use]
    #[track_caller]
    pub fn cross_entropy(&self, classes: &[usize]) -> Self {
        let shape = self.shape();
        assert!(
            shape.len() == 2 && shape[0] == classes.len(),
            "cross_entropy: logits of the shape {shape:?} for {} class indices, not (samples, classes)",
            classes.len()
        );
        if let Some(n) = classes.iter().position(|&k| k >= shape[1]) {
            panic!("cross_entropy: class {} of sample {n}, but logits of the shape {shape:?}", classes[n]);
        }
        let operator = CrossEntropy { classes: classes.to_vec() };
        Self::from_operator(operator, vec![self.clone()], losses(self, classes))
    }
}

fn losses<E: Scalar>(x: &Tensor<E>, classes: &[usize]) -> ArrayD<E> {
    let width = x.shape()[1];
    let out = reduce(x, |first, x, out| {
        if out.is_empty() {
            return;
        }
        let mut largest = pool::take(out.len());
        log_sums(x, width, &mut largest, out);
        for (n, (out, &largest)) in out.iter_mut().zip(&largest).enumerate() {
            *out -= x[n * width + classes[first + n]] - largest;
        }
        pool::give(largest);
    });
    shape::array(&[classes.len()], out)
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance};
    use latent_numeric::random::Stream;
    use ndarray::{Array1, array};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(seed: u64, samples in 0_usize..5, width in 1_usize..5) {
            let mut stream = Stream::new(seed, "classes", &[]);
            let classes: Vec<usize> = (0..samples).map(|_| stream.below(width)).collect();
            let a = array(seed, &[samples, width], -3.0, 3.0);
            let log = Tensor::constant(a.clone()).log_softmax(1).to_array();
            let want = Array1::from_shape_fn(samples, |n| -log[[n, classes[n]]]).into_dyn();
            prop_assert!(distance(&Tensor::constant(a.clone()).cross_entropy(&classes).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].cross_entropy(&classes)), Ok(()));
        }

        #[test]
        fn many_samples(seed: u64) {
            // More than one block.
            let (samples, width) = (40_000, 3);
            let classes: Vec<usize> = (0..samples).map(|n| n % width).collect();
            let a = array(seed, &[samples, width], -3.0, 3.0);
            let log = Tensor::constant(a.clone()).log_softmax(1).to_array();
            let want = Array1::from_shape_fn(samples, |n| -log[[n, classes[n]]]).into_dyn();
            prop_assert!(distance(&Tensor::constant(a).cross_entropy(&classes).to_array(), &want) < 1e-14);
        }
    }

    #[test]
    fn certain_logits() {
        let x = Tensor::constant(array![[1000.0, 0.0], [1000.0, 0.0]]);
        assert_eq!(x.cross_entropy(&[0, 1]).to_array(), array![0.0, 1000.0].into_dyn());
    }

    #[test]
    #[should_panic(expected = "cross_entropy: class 3 of sample 1, but logits of the shape [2, 3]")]
    fn a_class_that_is_not() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).cross_entropy(&[0, 3]);
    }

    #[test]
    #[should_panic(expected = "cross_entropy: logits of the shape [2, 3] for 1 class indices")]
    fn not_one_class_a_sample() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).cross_entropy(&[0]);
    }
}
