//! What a module owns: parameters, which are trained, and state, which is not.

use crate::error::LayerError;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{ArcArray, Dimension};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
pub struct Parameter<E: Scalar = f32>(Mutex<Tensor<E>>);

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
pub struct State<E: Scalar = f32>(Mutex<Tensor<E>>);

macro_rules! cell {
    ($cell:ident, $make:ident) => {
        impl<E: Scalar> $cell<E> {
            /// With this first value.
            pub fn new<D: Dimension>(array: impl Into<ArcArray<E, D>>) -> Self {
                Self(Mutex::new(Tensor::$make(array)))
            }

            /// The present value.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nlet values = ndarray::array![1.0, 2.0];\nassert_eq!(", stringify!($cell), "::new(values.clone()).tensor().to_array(), values.into_dyn());\n```")]
            pub fn tensor(&self) -> Tensor<E> {
                self.lock().clone()
            }

            /// The lengths of the axes.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nassert_eq!(", stringify!($cell), "::new(ndarray::array![[1.0, 2.0]]).shape(), [1, 2]);\n```")]
            pub fn shape(&self) -> Vec<usize> {
                self.lock().shape().to_vec()
            }

            /// The number of elements.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nassert_eq!(", stringify!($cell), "::new(ndarray::array![[1.0, 2.0]]).len(), 2);\n```")]
            pub fn len(&self) -> usize {
                self.lock().len()
            }

            /// Whether there are no elements.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nassert!(!", stringify!($cell), "::new(ndarray::array![1.0]).is_empty());\n```")]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Exclusive access to the elements in row-major order, as optimisers have it. Tensors given out
            /// before keep the old ones.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nlet cell = ", stringify!($cell), "::new(ndarray::array![1.0, 2.0]);\nlet before = cell.tensor();\ncell.elements()[0] = 5.0;\nassert_eq!((before.array()[0], cell.tensor().array()[0]), (1.0, 5.0));\n```")]
            pub fn elements(&self) -> Elements<'_, E> {
                let mut value = self.lock();
                value.elements_mut();
                Elements(value)
            }

            /// Another value of the same shape.
            ///
            /// # Errors
            /// If the shape is another.
            #[doc = concat!("\n\n```\n# use latent_layers::", stringify!($cell), ";\nlet cell = ", stringify!($cell), "::new(ndarray::array![1.0, 2.0]);\nlet error = cell.set(ndarray::array![3.0]).unwrap_err();\nassert_eq!(error.to_string(), \"value: expected [2], got the shape [1]\");\n```")]
            pub fn set<D: Dimension>(&self, array: impl Into<ArcArray<E, D>>) -> Result<(), LayerError> {
                let new = Tensor::$make(array);
                let mut value = self.lock();
                if new.shape() != value.shape() {
                    let expected = format!("{:?}", value.shape());
                    return Err(LayerError::shape("", "value", expected, new.shape()));
                }
                *value = new;
                Ok(())
            }

            fn lock(&self) -> MutexGuard<'_, Tensor<E>> {
                self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The elements of a [`Parameter`] or a [`State`], which stays locked meanwhile.
pub struct Elements<'a, E: Scalar>(MutexGuard<'a, Tensor<E>>);

impl<E: Scalar> Deref for Elements<'_, E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        self.0.array().as_slice().expect("row-major since they were asked for")
    }
}

impl<E: Scalar> DerefMut for Elements<'_, E> {
    fn deref_mut(&mut self) -> &mut [E] {
        self.0.elements_mut()
    }
}
