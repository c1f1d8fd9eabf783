//! The operators, one file each.
//!
//! A file holds the formula, the private struct with the rule, the public method, and the checks of order one and
//! two. Adding an operator touches that file and one `mod` line here; a test fails if a file has no check.

/// The forms of a binary operator that take tensors by value, and scalars on the right.
macro_rules! forward_binary {
    ($trait:ident, $method:ident) => {
        impl<E: Scalar> $trait<Tensor<E>> for Tensor<E> {
            type Output = Tensor<E>;

            #[track_caller]
            fn $method(self, other: Tensor<E>) -> Tensor<E> {
                (&self).$method(&other)
            }
        }

        impl<E: Scalar> $trait<&Tensor<E>> for Tensor<E> {
            type Output = Tensor<E>;

            #[track_caller]
            fn $method(self, other: &Tensor<E>) -> Tensor<E> {
                (&self).$method(other)
            }
        }

        impl<E: Scalar> $trait<Tensor<E>> for &Tensor<E> {
            type Output = Tensor<E>;

            #[track_caller]
            fn $method(self, other: Tensor<E>) -> Tensor<E> {
                self.$method(&other)
            }
        }

        impl<E: Scalar> $trait<E> for &Tensor<E> {
            type Output = Tensor<E>;

            fn $method(self, other: E) -> Tensor<E> {
                self.$method(&Tensor::scalar(other))
            }
        }

        impl<E: Scalar> $trait<E> for Tensor<E> {
            type Output = Tensor<E>;

            fn $method(self, other: E) -> Tensor<E> {
                (&self).$method(&Tensor::scalar(other))
            }
        }
    };
}
use forward_binary;

mod add;
mod batch_norm;
mod broadcast_to;
mod concatenate;
mod cumsum;
mod div;
mod dropout;
mod exp;
mod flip;
mod gather;
mod group_norm;
mod index_add;
mod index_select;
mod instance_norm;
mod inverse_sqrt;
mod inverse_std;
mod layer_norm;
mod logsumexp;
mod matmul;
mod max;
mod mean;
mod mul;
mod neg;
mod norm;
mod normalize;
mod one_hot;
pub(crate) mod pad;
mod permute;
mod random;
mod reshape;
mod roll;
mod scatter_add;
mod slice;
mod split;
mod stack;
mod sub;
mod sum;
mod unslice;
mod unsqueeze;
mod variance;

#[cfg(test)]
pub(crate) mod testing;
