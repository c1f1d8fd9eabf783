//! `y = x`, repeated along axes; the cotangent is summed over them.

use crate::{Arguments, Operator, Tensor, layout};
use latent_numeric::{Scalar, compiled_here};

struct BroadcastTo;

impl<E: Scalar> Operator<E> for BroadcastTo {
    fn name(&self) -> &'static str {
        "broadcast_to"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.sum_to(arguments.input(0).shape()))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// This tensor repeated along leading axes and along axes of length one, as arithmetic does by itself.
    ///
    /// # Panics
    /// If it does not stretch to that shape.
    #[must_use]
    #[track_caller]
    pub fn broadcast_to(&self, shape: &[usize]) -> Self {
        if self.shape() == shape {
            return self.clone();
        }
        assert!(
            self.array().broadcast(shape).is_some(),
            "broadcast_to: the shape {:?} does not broadcast to {shape:?}",
            self.shape()
        );
        let value = layout::spread_array(self.array(), shape);
        Self::from_operator(BroadcastTo, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, (a, b) in broadcasting(3)) {
            let shape = crate::shape::broadcast("test", &a, &b);
            let a = array(seed, &a, -2.0, 2.0);
            let got = Tensor::constant(a.clone()).broadcast_to(&shape);
            prop_assert_eq!(got.view(), a.broadcast(&shape[..]).unwrap());
            prop_assert_eq!(gradients(&[a], |x| x[0].broadcast_to(&shape)), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "broadcast_to: the shape [2] does not broadcast to [3]")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2]).broadcast_to(&[3]);
    }
}
