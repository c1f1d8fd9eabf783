//! The tensor.

use crate::mode::is_recording;
use crate::node::{History, Node};
use crate::operator::Operator;
use latent_numeric::Scalar;
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

    /// A constant full of one value.
    pub fn full(shape: &[usize], value: E) -> Self {
        let mut buffer = crate::pool::take(shape.iter().product());
        buffer.fill(value);
        Self::from_buffer(shape, buffer)
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
        Self::constant(crate::shape::array(shape, buffer))
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

    /// A copy of the value.
    pub fn to_array(&self) -> ArrayD<E> {
        self.node.value.to_owned()
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

impl<E: Scalar> Clone for Tensor<E> {
    fn clone(&self) -> Self {
        Self { node: self.node.clone() }
    }
}

impl<E: Scalar> fmt::Debug for Tensor<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match &self.node.history {
            None => "constant",
            Some(history) => history.operator.as_ref().map_or("variable", |operator| operator.name()),
        };
        write!(f, "Tensor<{}>({from}, {})", E::NAME, self.node.value)
    }
}

impl<E: Scalar> From<E> for Tensor<E> {
    fn from(value: E) -> Self {
        Self::scalar(value)
    }
}
