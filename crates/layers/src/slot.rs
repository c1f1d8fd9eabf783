//! Parameters, states and counts of a module under one type, and their values.

use crate::{Count, LayerError, Parameter, State};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A parameter, a state or a count.
#[derive(Clone, Copy, Debug)]
pub enum Slot<'a, E: Scalar = f32> {
    /// A parameter, which is trained.
    Parameter(&'a Parameter<E>),
    /// A state, which is not trained.
    State(&'a State<E>),
    /// An integer counter, such as the number of batches that were seen.
    Count(&'a Count),
}

/// The value of a parameter, a state or a count at one moment.
#[derive(Clone, Debug)]
pub enum SlotValue<E: Scalar = f32> {
    /// The tensor of a parameter or a state.
    Tensor(Tensor<E>),
    /// The value of a counter, which has no axes.
    Count(u64),
}

impl<E: Scalar> SlotValue<E> {
    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Tensor(tensor) => tensor.shape(),
            Self::Count(_) => &[],
        }
    }

    /// The elements in row-major order, each with its lowest byte first: numbers as they are, a count as an `i64`.
    ///
    /// ```
    /// use latent_layers::SlotValue;
    /// use latent_tensor::Tensor;
    ///
    /// assert_eq!(SlotValue::Tensor(Tensor::<f32>::scalar(1.0)).to_le_bytes(), 1.0_f32.to_le_bytes());
    /// assert_eq!(SlotValue::<f32>::Count(3).to_le_bytes(), 3_i64.to_le_bytes());
    /// ```
    pub fn to_le_bytes(&self) -> Vec<u8> {
        let of = |x: &E| x.as_f64();
        match self {
            Self::Count(count) => i64::try_from(*count).unwrap_or(i64::MAX).to_le_bytes().to_vec(),
            Self::Tensor(tensor) if E::NAME == "f64" => {
                tensor.array().iter().flat_map(|x| of(x).to_le_bytes()).collect()
            }
            Self::Tensor(tensor) => tensor.array().iter().flat_map(|x| (of(x) as f32).to_le_bytes()).collect(),
        }
    }

    /// Whether all elements are finite.
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Tensor(tensor) => tensor.array().iter().all(|x| x.is_finite()),
            Self::Count(_) => true,
        }
    }

    /// The count, if this is one, or a tensor of no axes that holds one exactly.
    fn count(&self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(*count),
            Self::Tensor(tensor) => {
                let number = tensor.array().first().filter(|_| tensor.rank() == 0)?.as_f64();
                (number >= 0.0 && number.trunc() == number && number < u64::MAX as f64).then_some(number as u64)
            }
        }
    }
}

impl<E: Scalar> Slot<'_, E> {
    /// The present value, as a constant without history.
    ///
    /// ```
    /// use latent_layers::{Linear, Visitor};
    /// use latent_numeric::random::Stream;
    ///
    /// let layer = Linear::<f32>::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
    /// let shapes: Vec<_> = Visitor::entries(&layer).iter().map(|entry| entry.slot.value().shape().to_vec()).collect();
    /// assert_eq!(shapes, [vec![2, 3], vec![2]]);
    /// ```
    pub fn value(&self) -> SlotValue<E> {
        match self {
            Self::Parameter(parameter) => SlotValue::Tensor(parameter.tensor().detach()),
            Self::State(state) => SlotValue::Tensor(state.tensor()),
            Self::Count(count) => SlotValue::Count(count.value()),
        }
    }

    /// Whether the value can be set: it has the same shape, and is a count if this is one. A tensor of no axes that is a
    /// whole number counts as a count.
    ///
    /// # Errors
    /// If it is not.
    pub fn check(&self, value: &SlotValue<E>) -> Result<(), LayerError> {
        let shape = match self {
            Self::Parameter(parameter) => parameter.shape(),
            Self::State(state) => state.shape(),
            Self::Count(_) if value.count().is_some() => return Ok(()),
            Self::Count(_) => return Err(LayerError::shape("", "value", "a count", value.shape())),
        };
        match value {
            SlotValue::Tensor(tensor) if tensor.shape() == shape => Ok(()),
            _ => Err(LayerError::shape("", "value", format!("{shape:?}"), value.shape())),
        }
    }

    /// Puts another value in the place of the present one.
    ///
    /// # Errors
    /// The errors of [`check`](Self::check); the value is then left unchanged.
    pub fn set(&self, value: &SlotValue<E>) -> Result<(), LayerError> {
        self.check(value)?;
        match (self, value) {
            (Self::Parameter(parameter), SlotValue::Tensor(tensor)) => parameter.set(tensor.array().clone()),
            (Self::State(state), SlotValue::Tensor(tensor)) => state.set(tensor.array().clone()),
            (Self::Count(count), value) => {
                count.set(value.count().expect("it was checked"));
                Ok(())
            }
            (_, SlotValue::Count(_)) => unreachable!("a count was refused"),
        }
    }
}
