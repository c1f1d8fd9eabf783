//! The tensor.

use crate::mode::is_recording;
use crate::node::{History, Node};
use crate::operator::Operator;
use crate::{pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArcArray, Array, ArrayD, ArrayView, ArrayViewD, Dimension, IxDyn};
use std::fmt;
use std::sync::Arc;

/// An array of any number of axes that may remember how it was computed.
///
/// Clones share the array and the history. The value never changes.
pub struct Tensor<E: Scalar = f32> {
    pub(crate) node: Arc<Node<E>>,
}

impl<E: Scalar> Tensor<E> {
    /// A constant: nothing computed from constants alone is remembered.
    ///
    /// An array is taken as it is, without a copy, whatever its layout.
    pub fn constant<D: Dimension>(array: impl Into<ArcArray<E, D>>) -> Self {
        Self::from_value(array.into().into_dyn(), None)
    }

    /// A variable, with respect to which gradients can be asked for.
    pub fn variable<D: Dimension>(array: impl Into<ArcArray<E, D>>) -> Self {
        Self::from_value(array.into().into_dyn(), Some(History::new(None, Vec::new())))
    }

    /// A constant of no axes.
    pub fn scalar(value: E) -> Self {
        Self::constant(ndarray::arr0(value).into_dyn())
    }

    /// A constant full of zeros.
    pub fn zeros(shape: &[usize]) -> Self {
        Self::full(shape, E::zero())
    }

    /// A constant full of ones.
    pub fn ones(shape: &[usize]) -> Self {
        Self::full(shape, E::one())
    }

    /// A constant of this shape in row-major order.
    pub(crate) fn from_buffer(shape: &[usize], buffer: Vec<E>) -> Self {
        Self::constant(shape::array(shape, buffer))
    }

    /// The result of an operator: `value`, which it computed from `inputs`.
    ///
    /// It is tracked if any input is, outside of [`no_grad`](crate::no_grad).
    pub fn from_operator<D: Dimension>(
        operator: impl Operator<E>,
        inputs: Vec<Self>,
        value: impl Into<ArcArray<E, D>>,
    ) -> Self {
        let tracked = is_recording() && inputs.iter().any(Self::is_tracked);
        let history = tracked.then(|| History::new(Some(Box::new(operator)), inputs));
        Self::from_value(value.into().into_dyn(), history)
    }

    fn from_value(value: ArcArray<E, IxDyn>, history: Option<Box<History<E>>>) -> Self {
        Self { node: Arc::new(Node { value, history }) }
    }

    /// The same value as a constant.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self::from_value(self.node.value.clone(), None)
    }

    /// Whether gradients can reach this tensor's variables through it.
    pub fn is_tracked(&self) -> bool {
        self.node.history.is_some()
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.node.value.shape()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.node.value.ndim()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.node.value.len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.node.value.is_empty()
    }

    /// The value, shared.
    pub fn array(&self) -> &ArcArray<E, IxDyn> {
        &self.node.value
    }

    /// The value, as a view.
    pub fn view(&self) -> ArrayViewD<'_, E> {
        self.node.value.view()
    }

    /// The value as a view with a known number of axes.
    ///
    /// # Panics
    /// If the tensor has another number of axes.
    pub fn view_as<D: Dimension>(&self) -> ArrayView<'_, E, D> {
        let rank = self.rank();
        self.view()
            .into_dimensionality()
            .unwrap_or_else(|_| panic!("view_as: a tensor of {rank} axes has not {:?}", D::NDIM))
    }

    /// The value as an array with a known number of axes; without a copy if nobody else shares it.
    ///
    /// # Panics
    /// If the tensor has another number of axes.
    pub fn into_array<D: Dimension>(self) -> Array<E, D> {
        let rank = self.rank();
        let value = match Arc::try_unwrap(self.node) {
            Ok(mut node) => node.take_value(),
            Err(shared) => shared.value.clone(),
        };
        let array = value.into_owned().into_dimensionality();
        array.unwrap_or_else(|_| panic!("into_array: a tensor of {rank} axes has not {:?}", D::NDIM))
    }

    /// The elements in row-major order, to be changed: how an optimiser updates parameters.
    ///
    /// They are changed in place if nobody else has them. If a clone, a history or a view still does, that keeps the old
    /// elements, and this tensor becomes a new variable, or constant, with elements of its own. What was computed before
    /// does not depend on that: [`grad`](crate::grad) by it panics.
    ///
    /// # Panics
    /// If the tensor was computed by an operator from tracked tensors.
    ///
    /// ```
    /// use latent_tensor::Tensor;
    ///
    /// let mut x = Tensor::variable(ndarray::array![1.0, 2.0]);
    /// let y = &x * &x;
    /// x.elements_mut()[0] = 5.0;
    /// assert_eq!((&x * &x).to_array(), ndarray::array![25.0, 4.0].into_dyn());
    /// assert_eq!(y.to_array(), ndarray::array![1.0, 4.0].into_dyn());
    /// ```
    #[track_caller]
    pub fn elements_mut(&mut self) -> &mut [E] {
        self.own_elements();
        let node = Arc::get_mut(&mut self.node).expect("nobody else has it");
        node.value.as_slice_mut().expect("row-major")
    }

    /// Another value of the same variable, or another constant: what a model has in the place of this tensor from now on.
    /// [`grad`](crate::grad) by it panics for what was computed from this one.
    ///
    /// In the place of a tensor that an operator computed there is a variable of its own.
    #[must_use]
    pub fn successor<D: Dimension>(&self, array: impl Into<ArcArray<E, D>>) -> Self {
        let history = self.node.history.as_ref().map(|history| history.successor());
        Self::from_value(array.into().into_dyn(), history)
    }

    /// The only element.
    ///
    /// # Panics
    /// If there is not exactly one.
    pub fn item(&self) -> E {
        assert!(self.len() == 1, "item: a tensor of shape {:?} has {} elements, not one", self.shape(), self.len());
        *self.node.value.first().expect("one element")
    }

    /// The number of a tracked tensor; later ones have larger numbers.
    pub(crate) fn id(&self) -> Option<u64> {
        self.node.history.as_ref().map(|history| history.id)
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A constant full of one value.
    pub fn full(shape: &[usize], value: E) -> Self {
        let mut buffer = pool::take(shape.iter().product());
        buffer.fill(value);
        Self::from_buffer(shape, buffer)
    }

    /// A copy of the value.
    pub fn to_array(&self) -> ArrayD<E> {
        self.node.value.to_owned()
    }

    /// Makes the elements this tensor's own and row-major.
    #[track_caller]
    fn own_elements(&mut self) {
        if let Some(operator) = self.node.history.as_ref().and_then(|history| history.operator.as_ref()) {
            panic!("elements_mut: a tensor of shape {:?} computed by {}", self.shape(), operator.name());
        }
        let exclusive = |node: &mut Node<E>| node.value.is_standard_layout() && node.value.is_unique();
        if !Arc::get_mut(&mut self.node).is_some_and(exclusive) {
            let mut copy = pool::take(self.len());
            match self.node.value.as_slice() {
                Some(from) => copy.copy_from_slice(from),
                None => copy.iter_mut().zip(&self.node.value).for_each(|(to, &from)| *to = from),
            }
            *self = self.successor(shape::array(self.shape(), copy));
        }
    }

    /// The text of `Debug`: the number type, the operator that computed the tensor, and its elements.
    fn described(&self) -> String {
        let from = match &self.node.history {
            None => "constant",
            Some(history) => history.operator.as_ref().map_or("variable", |operator| operator.name()),
        };
        format!("Tensor<{}>({from}, {})", E::NAME, self.node.value)
    }
}

impl<E: Scalar> Clone for Tensor<E> {
    fn clone(&self) -> Self {
        Self { node: self.node.clone() }
    }
}

impl<E: Scalar> fmt::Debug for Tensor<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.described())
    }
}
