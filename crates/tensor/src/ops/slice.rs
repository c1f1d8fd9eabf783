//! `y = x[ranges with steps]`; a view, nothing is moved. The cotangent goes back in place, among zeros.

use crate::{Arguments, Operator, Tensor, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Slice as Range, SliceInfoElem};

struct Slice {
    elements: Vec<SliceInfoElem>,
}

impl<E: Scalar> Operator<E> for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.unslice(arguments.input(0).shape(), &self.elements))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Ranges with steps, indices and new axes, as [`ndarray::s!`] writes them; a view, without a copy.
    ///
    /// Negative indices count from the end. A negative step goes through the same range from its end.
    ///
    /// ```
    /// use latent_tensor::Tensor;
    /// use ndarray::{array, s};
    ///
    /// let x = Tensor::constant(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.slice(s![.., 1..]).to_array(), array![[2.0, 3.0], [5.0, 6.0]].into_dyn());
    /// assert_eq!(x.slice(s![-1, ..;-2]).to_array(), array![6.0, 4.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there is not one range or index for each axis, one leaves its axis, or a step is zero.
    #[must_use]
    #[track_caller]
    pub fn slice(&self, elements: impl AsRef<[SliceInfoElem]>) -> Self {
        let elements = elements.as_ref();
        check(elements, self.shape());
        let value = self.array().clone().slice_move(elements);
        Self::from_operator(Slice { elements: elements.to_vec() }, vec![self.clone()], value)
    }

    /// A range with a step of one axis: `slice_axis(1, Slice::from(2..5))`; see [`slice`](Self::slice).
    ///
    /// # Panics
    /// If the axis is not below the rank, the range leaves it, or the step is zero.
    #[must_use]
    #[track_caller]
    pub fn slice_axis(&self, axis: usize, range: Range) -> Self {
        shape::check_axis("slice", axis, self.shape());
        let mut elements = vec![SliceInfoElem::Slice { start: 0, end: None, step: 1 }; self.rank()];
        elements[axis] = range.into();
        self.slice(elements)
    }
}

#[track_caller]
fn check(elements: &[SliceInfoElem], shape: &[usize]) {
    let mut lengths = shape.iter();
    for (position, element) in elements.iter().filter(|element| !element.is_new_axis()).enumerate() {
        let Some(&len) = lengths.next() else {
            panic!("slice: {} ranges for the {} axes of the shape {shape:?}", position + 1, shape.len());
        };
        let most = isize::try_from(len).expect("a length fits");
        let inside = match *element {
            SliceInfoElem::Slice { start, end, step } => {
                assert!(step != 0, "slice: a step of zero along axis {position} of the shape {shape:?}");
                let bound = -most..=most;
                bound.contains(&start) && end.is_none_or(|end| bound.contains(&end))
            }
            SliceInfoElem::Index(index) => (-most..most).contains(&index),
            SliceInfoElem::NewAxis => true,
        };
        assert!(inside, "slice: {element:?} leaves axis {position} of the shape {shape:?}");
    }
    let missing = lengths.len();
    assert!(
        missing == 0,
        "slice: {} ranges for the {} axes of the shape {shape:?}",
        shape.len() - missing,
        shape.len()
    );
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint};
    use ndarray::{NewAxis, Slice, SliceInfoElem, s};
    use proptest::prelude::*;

    /// A range inside an axis of this length, or an index.
    fn element(len: usize) -> impl Strategy<Value = SliceInfoElem> {
        let n = len.cast_signed();
        prop_oneof![
            4 => (-n..=n, -n..=n, 1_isize..4, any::<bool>()).prop_map(move |(a, b, step, back)| {
                let place = |i: isize| if i < 0 { i + n } else { i };
                let (start, end) = if place(a) <= place(b) { (a, b) } else { (b, a) };
                let end = (place(end) < n).then_some(end);
                SliceInfoElem::Slice { start, end, step: if back { -step } else { step } }
            }),
            1 => (-n..n).prop_map(SliceInfoElem::Index),
            1 => Just(SliceInfoElem::Slice { start: 0, end: None, step: 1 }),
        ]
    }

    fn cases() -> impl Strategy<Value = (Vec<usize>, Vec<SliceInfoElem>)> {
        proptest::collection::vec(1_usize..5, 0..=3).prop_flat_map(|shape| {
            let elements: Vec<_> = shape.iter().map(|&len| element(len)).collect();
            (Just(shape), elements)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(seed: u64, (shape, elements) in cases(), new_axis: bool) {
            let mut elements = elements;
            if new_axis {
                elements.insert(elements.len() / 2, SliceInfoElem::NewAxis);
            }
            let a = array(seed, &shape, -2.0, 2.0);
            let got = Tensor::constant(a.clone()).slice(&elements);
            prop_assert_eq!(got.view(), a.slice(&elements[..]));
            prop_assert!(is_adjoint(seed, &a, |x| x.slice(&elements)));
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].slice(&elements); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn a_view() {
        let x = Tensor::<f32>::zeros(&[4, 6]);
        let y = x.slice(s![1..;2, NewAxis, ..;-1]);
        assert_eq!(y.shape(), [2, 1, 6]);
        assert_eq!(y.array().as_ptr(), &raw const x.array()[[1, 5]]);
        assert_eq!(x.slice_axis(1, Slice::from(-2..)).shape(), [4, 2]);
    }

    #[test]
    #[should_panic(expected = "leaves axis 1 of the shape [2, 3]")]
    fn outside() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).slice(s![.., 2..4]);
    }

    #[test]
    #[should_panic(expected = "slice: 1 ranges for the 2 axes of the shape [2, 3]")]
    fn too_few_ranges() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).slice(s![..]);
    }

    #[test]
    #[should_panic(expected = "slice: 3 ranges for the 2 axes of the shape [2, 3]")]
    fn too_many_ranges() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).slice(s![.., .., 0]);
    }
}
