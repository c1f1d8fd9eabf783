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
mod avg_pool2d;
mod broadcast_to;
mod conv2d;
mod conv_transpose2d;
mod div;
mod exp;
mod matmul;
mod max_pool2d;
mod mul;
mod neg;
mod permute;
mod reshape;
mod resize2d;
mod sub;
mod sum;

pub use conv_transpose2d::ConvTranspose2dOptions;
pub use conv2d::Conv2dOptions;
pub use max_pool2d::Pool2dOptions;
pub use resize2d::Interpolation;

#[cfg(test)]
pub(crate) mod testing;
