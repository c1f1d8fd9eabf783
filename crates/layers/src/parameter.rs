//! What a module owns: parameters, which are trained, and state, which is not.

use crate::Elements;
use crate::error::LayerError;
use crate::locked::Locked;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{ArcArray, Dimension};
use std::fmt;
use std::sync::MutexGuard;

/// A tensor that is trained: a variable, of which gradients can be asked for.
///
/// It lies behind a lock, so that a module is used and trained through a shared reference.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_tensor::{GradOptions, grad};
/// use ndarray::array;
///
/// let w = Parameter::new(array![1.0, 2.0]);
/// let x = w.tensor();
/// let slope = grad(&[x.square().sum()], &[x], GradOptions::default()).remove(0);
/// w.elements().iter_mut().zip(slope.array()).for_each(|(w, &slope)| *w -= 0.25 * slope);
/// assert_eq!(w.tensor().to_array(), array![0.5, 1.0].into_dyn());
/// ```
pub struct Parameter<E: Scalar = f32>(Locked<E>);

/// A tensor that belongs to a module but is not trained, such as a running mean: a constant.
///
/// ```
/// use latent_layers::State;
/// use ndarray::array;
///
/// let mean = State::new(array![0.0, 0.0]);
/// mean.set(array![1.0, 2.0]).unwrap();
/// assert_eq!(mean.tensor().to_array(), array![1.0, 2.0].into_dyn());
/// assert!(mean.set(array![1.0]).is_err());
/// ```
pub struct State<E: Scalar = f32>(Locked<E>);

macro_rules! cell {
    ($cell:ident, $make:ident) => {
        impl<E: Scalar> $cell<E> {
            /// From its first value.
            pub fn new<D: Dimension>(array: impl Into<ArcArray<E, D>>) -> Self {
                Self(Locked::new(Tensor::$make(array)))
            }

            /// The present value as a tensor.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nlet values = ndarray::array![1.0, 2.0];\nassert_eq!(", stringify!($cell), "::new(values.clone()).tensor().to_array(), values.into_dyn());\n```")]
            #[track_caller]
            pub fn tensor(&self) -> Tensor<E> {
                self.lock().clone()
            }

            /// The lengths of the axes.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nassert_eq!(", stringify!($cell), "::new(ndarray::array![[1.0, 2.0]]).shape(), [1, 2]);\n```")]
            #[track_caller]
            pub fn shape(&self) -> Vec<usize> {
                self.lock().shape().to_vec()
            }

            /// The number of elements.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nassert_eq!(", stringify!($cell), "::new(ndarray::array![[1.0, 2.0]]).len(), 2);\n```")]
            #[track_caller]
            pub fn len(&self) -> usize {
                self.lock().len()
            }

            /// Whether there are no elements.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nassert!(!", stringify!($cell), "::new(ndarray::array![1.0]).is_empty());\n```")]
            #[track_caller]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Exclusive access to the elements in row-major order, as optimisers have it. Tensors given out
            /// before keep the old ones, and gradients of what was computed from these are not by the new ones.
            ///
            /// # Panics
            /// As every other use on this thread does, if the elements are held already.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nlet cell = ", stringify!($cell), "::new(ndarray::array![1.0, 2.0]);\nlet before = cell.tensor();\ncell.elements()[0] = 5.0;\nassert_eq!((before.array()[0], cell.tensor().array()[0]), (1.0, 5.0));\n```")]
            #[track_caller]
            pub fn elements(&self) -> Elements<'_, E> {
                self.0.elements()
            }

            /// Puts another value of the same shape in the place of the present one.
            ///
            /// # Errors
            /// If the shape is another.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nlet cell = ", stringify!($cell), "::new(ndarray::array![1.0, 2.0]);\nlet error = cell.set(ndarray::array![3.0]).unwrap_err();\nassert_eq!(error.to_string(), \"value: expected [2], got the shape [1]\");\n```")]
            #[track_caller]
            pub fn set<D: Dimension>(&self, array: impl Into<ArcArray<E, D>>) -> Result<(), LayerError> {
                let array = array.into();
                let mut value = self.lock();
                if array.shape() != value.shape() {
                    let expected = format!("{:?}", value.shape());
                    return Err(LayerError::shape("", "value", expected, array.shape()));
                }
                *value = value.successor(array);
                Ok(())
            }

            #[track_caller]
            fn lock(&self) -> MutexGuard<'_, Tensor<E>> {
                self.0.lock()
            }
        }

        impl<E: Scalar> fmt::Debug for $cell<E> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($cell), "({:?})"), self.tensor())
            }
        }

        /// A copy with a value of its own.
        impl<E: Scalar> Clone for $cell<E> {
            fn clone(&self) -> Self {
                Self::new(self.lock().array().clone())
            }
        }
    };
}

impl<E: Scalar> Parameter<E> {
    /// Puts another tensor of the same shape, with its history, in the place of this one.
    pub(crate) fn swap(&self, tensor: Tensor<E>) -> Tensor<E> {
        std::mem::replace(&mut *self.lock(), tensor)
    }
}

cell!(Parameter, variable);
cell!(State, constant);
