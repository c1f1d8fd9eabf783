//! `y = x` with elements before and after along each axis; the cotangent is cropped, or folded back.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::SliceInfoElem;

/// The values that padding adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Padding<E: Scalar = f32> {
    /// A constant value.
    Constant(E),
    /// The elements inside, mirrored at the outermost ones: `c b | a b c | b a`.
    Reflect,
    /// The outermost element: `a a | a b c | c c`.
    Replicate,
}

struct Pad {
    /// Where the input is.
    inside: Vec<SliceInfoElem>,
}

impl<E: Scalar> Operator<E> for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.slice(&self.inside))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// This tensor with so many elements (before, after) along each axis.
    ///
    /// # Panics
    /// If there is not one pair for each axis, there is nothing to replicate, or so much is to be reflected
    /// that there is not enough: at most the length less one on either side.
    #[must_use]
    #[track_caller]
    pub fn pad(&self, widths: &[(usize, usize)], padding: Padding<E>) -> Self {
        let shape = self.shape();
        assert!(
            widths.len() == shape.len(),
            "pad: {} pairs of widths for the {} axes of the shape {shape:?}",
            widths.len(),
            shape.len()
        );
        let value = match padding {
            Padding::Constant(value) => value,
            Padding::Reflect | Padding::Replicate => {
                for (axis, (&n, &(before, after))) in shape.iter().zip(widths).enumerate() {
                    let most = before.max(after);
                    let enough = if padding == Padding::Reflect { most < n } else { n > 0 };
                    assert!(
                        most == 0 || enough,
                        "pad: {padding:?} by {:?} along axis {axis} of the shape {shape:?}",
                        (before, after)
                    );
                }
                let padded = |x: Self, axis: usize| x.pad_axis(axis, widths[axis], padding == Padding::Reflect);
                return (0..shape.len()).fold(self.clone(), padded);
            }
        };
        let outer: Vec<usize> = shape.iter().zip(widths).map(|(n, (before, after))| n + before + after).collect();
        let inside: Vec<SliceInfoElem> =
            shape.iter().zip(widths).map(|(n, &(before, _))| (before..before + n).into()).collect();
        let mut buffer = pool::take(outer.iter().product());
        buffer.fill(value);
        let mut value = shape::array(&outer, buffer);
        value.slice_mut(&inside[..]).assign(self.array());
        Self::from_operator(Pad { inside }, vec![self.clone()], value)
    }

    fn pad_axis(&self, axis: usize, (before, after): (usize, usize), reflect: bool) -> Self {
        if before + after == 0 {
            return self.clone();
        }
        let n = self.shape()[axis];
        let (left, right): (Vec<usize>, Vec<usize>) = if reflect {
            ((1..=before).rev().collect(), (n - 1 - after..n - 1).rev().collect())
        } else {
            (vec![0; before], vec![n - 1; after])
        };
        let indices: Vec<usize> = left.into_iter().chain(0..n).chain(right).collect();
        self.index_select(axis, &indices)
    }
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint, shapes};
    use crate::{Padding, Tensor};
    use ndarray::{ArrayD, IxDyn};
    use proptest::prelude::*;

    /// The index that stands at `i` outside of `0..n`.
    fn inside(i: isize, n: isize, reflect: bool) -> isize {
        if reflect { (n - 1) - ((n - 1) - i.abs()).abs() } else { i.clamp(0, n - 1) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 1), widths: [(u8, u8); 3], kind in 0_usize..3) {
            let padding = [Padding::Constant(0.0), Padding::Reflect, Padding::Replicate][kind];
            let limit = |n: usize| if kind == 1 { n } else { 4 };
            let pairs = shape.iter().zip(widths);
            let widths: Vec<(usize, usize)> =
                pairs.map(|(&n, (a, b))| (usize::from(a) % limit(n), usize::from(b) % limit(n))).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let outer: Vec<usize> = shape.iter().zip(&widths).map(|(n, (a, b))| n + a + b).collect();
            let want = ArrayD::from_shape_fn(IxDyn(&outer), |at| {
                let from: Vec<isize> = (0..shape.len()).map(|i| at[i].cast_signed() - widths[i].0.cast_signed()).collect();
                let outside = (0..shape.len()).any(|i| from[i] < 0 || from[i] >= shape[i].cast_signed());
                if kind == 0 && outside {
                    return 0.0;
                }
                let at: Vec<usize> =
                    (0..shape.len()).map(|i| inside(from[i], shape[i].cast_signed(), kind == 1) as usize).collect();
                a[&at[..]]
            });
            prop_assert_eq!(Tensor::constant(a.clone()).pad(&widths, padding).to_array(), want);
            prop_assert!(is_adjoint(seed, &a, |x| x.pad(&widths, padding)));
            let square = |x: &[Tensor<f64>]| { let y = x[0].pad(&widths, padding); &y * &y };
            prop_assert_eq!(gradients(&[a], square), Ok(()));
        }
    }

    #[test]
    fn a_constant_that_is_not_zero() {
        let x = Tensor::constant(ndarray::array![1.0]);
        assert_eq!(x.pad(&[(1, 2)], Padding::Constant(7.0)).to_array(), ndarray::array![7.0, 1.0, 7.0, 7.0].into_dyn());
    }

    #[test]
    #[should_panic(expected = "pad: Reflect by (3, 0) along axis 0 of the shape [3]")]
    fn too_much_to_reflect() {
        let _ = Tensor::<f32>::zeros(&[3]).pad(&[(3, 0)], Padding::Reflect);
    }
}
