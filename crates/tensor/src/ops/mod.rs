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

mod abs;
mod add;
mod bce_with_logits;
mod broadcast_to;
mod cholesky;
mod clamp;
mod compare;
mod cross_entropy;
mod diag_embed;
mod diagonal;
mod div;
mod elu;
mod erf;
mod exp;
mod gelu;
mod leaky_relu;
mod linear;
mod ln;
mod log_determinant;
mod log_softmax;
mod matmul;
mod minimum_maximum;
mod mul;
mod neg;
mod permute;
mod piecewise;
mod pow;
mod powf;
mod recip;
mod relu;
mod reshape;
mod sigmoid;
mod sign;
mod silu;
mod soft_threshold;
mod softmax;
mod softplus;
mod sqrt;
mod square;
mod sub;
mod sum;
mod tanh;
mod triangular_solve;
mod tril;
mod where_;

pub use linear::Activation;

#[cfg(test)]
pub(crate) mod testing;
