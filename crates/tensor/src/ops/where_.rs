//! `y = a` where `mask` is not zero, else `b`; the cotangent goes to the one that was taken.

use crate::{Arguments, Operator, Tensor, elementwise, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArcArray, ArrayD, IxDyn, Zip};

struct Where<E: Scalar> {
    /// A constant.
    mask: Tensor<E>,
}

impl<E: Scalar> Operator<E> for Where<E> {
    fn name(&self) -> &'static str {
        "where_"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (mask, zero) = (&self.mask, Tensor::scalar(E::zero()));
        let (a, b) = (arguments.input(0).shape(), arguments.input(1).shape());
        vec![
            arguments.needed(0).then(|| mask.where_(cotangent, &zero).sum_to(a)),
            arguments.needed(1).then(|| mask.where_(&zero, cotangent).sum_to(b)),
        ]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `a` where this mask is not zero, else `b`, with broadcasting of all three. The mask counts as a constant.
    ///
    /// What is not taken has no part in the value, nor does its cotangent get anything but zero. That zero can
    /// still become NaN further back, where the slope is infinite: give `ln` and the like arguments they have a finite
    /// slope at.
    ///
    /// ```
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let x = Tensor::variable(array![-1.0, 2.0]);
    /// let zero = Tensor::scalar(0.0);
    /// assert_eq!(x.gt(&zero).where_(&x, &zero).to_array(), array![0.0, 2.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn where_(&self, a: &Self, b: &Self) -> Self {
        let shape = shape::broadcast("where_", self.shape(), &shape::broadcast("where_", a.shape(), b.shape()));
        let value = choose(&shape, self.array(), a.array(), b.array());
        Self::from_operator(Where { mask: self.detach() }, vec![a.clone(), b.clone()], value)
    }
}

/// The value, in one pass over the mask where no more than one branch is an array of its own.
fn choose<E: Scalar>(
    shape: &[usize],
    mask: &ArcArray<E, IxDyn>,
    a: &ArcArray<E, IxDyn>,
    b: &ArcArray<E, IxDyn>,
) -> ArrayD<E> {
    let len: usize = shape.iter().product();
    // Both sides of a pair together have the shape of the result if one of them has.
    if b.len() == 1 && (mask.shape() == shape || a.shape() == shape) {
        let b = *b.first().expect("one element");
        return elementwise::zip("where_", mask, a, move |mask, a| if mask == E::zero() { b } else { a });
    }
    if a.len() == 1 && (mask.shape() == shape || b.shape() == shape) {
        let a = *a.first().expect("one element");
        return elementwise::zip("where_", mask, b, move |mask, b| if mask == E::zero() { b } else { a });
    }
    let mut out = shape::array(shape, pool::take(len));
    let pick = |out: &mut E, &mask: &E, &a: &E, &b: &E| *out = if mask == E::zero() { b } else { a };
    let zip = Zip::from(&mut out).and_broadcast(mask).and_broadcast(a).and_broadcast(b);
    if len <= SEQUENTIAL {
        zip.for_each(pick)
    } else {
        zip.par_for_each(pick)
    }
    out
}

/// No more elements than this are treated on the calling thread.
const SEQUENTIAL: usize = 1 << 15;

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting};
    use ndarray::{Zip, array};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(seed: u64, (a, b) in broadcasting(3), full: bool, scalar in 0..3) {
            let shape = crate::shape::broadcast("test", &a, &b);
            let mask = array(seed / 9, if full { &shape } else { &a }, 0.0, 2.0).mapv(f64::floor);
            let one = |number, shape: &[usize]| if scalar == number { vec![] } else { shape.to_vec() };
            let (a, b) = (array(seed, &one(1, &a), -2.0, 2.0), array(seed / 3, &one(2, &b), -2.0, 2.0));
            let shape = crate::shape::broadcast("test", mask.shape(), &crate::shape::broadcast("test", a.shape(), b.shape()));
            let wide = |x: &ndarray::ArrayD<f64>| x.broadcast(&shape[..]).unwrap().to_owned();
            let want = Zip::from(&wide(&mask)).and(&wide(&a)).and(&wide(&b)).map_collect(
                |&mask, &a, &b| if mask == 0.0 { b } else { a }
            );
            let mask = Tensor::constant(mask);
            let got = mask.where_(&Tensor::constant(a.clone()), &Tensor::constant(b.clone()));
            prop_assert_eq!(got.to_array(), want);
            prop_assert_eq!(gradients(&[a, b], |x| { let y = mask.where_(&x[0], &x[1]); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn a_single_number_of_more_axes() {
        let mask = Tensor::constant(array![1.0, 0.0]);
        let (row, number) = (Tensor::constant(array![2.0, 3.0]), Tensor::full(&[1, 1], 9.0));
        assert_eq!(mask.where_(&row, &number).to_array(), array![[2.0, 9.0]].into_dyn());
        assert_eq!(mask.where_(&number, &row).to_array(), array![[9.0, 3.0]].into_dyn());
    }

    #[test]
    fn nothing_comes_from_the_branch_not_taken() {
        let x = Tensor::variable(array![1.0_f64, f64::NAN]);
        let y = Tensor::constant(array![1.0, 0.0]).where_(&x, &Tensor::scalar(0.0));
        let slope = crate::grad(std::slice::from_ref(&y), &[x], crate::GradOptions::default()).remove(0);
        assert_eq!(y.to_array(), array![1.0, 0.0].into_dyn());
        assert_eq!(slope.to_array(), array![1.0, 0.0].into_dyn());
    }

    #[test]
    #[should_panic(expected = "where_: the shapes [4] and [3] do not broadcast")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[4]).where_(&Tensor::zeros(&[3]), &Tensor::zeros(&[1]));
    }
}
