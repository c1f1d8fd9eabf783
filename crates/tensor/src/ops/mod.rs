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
mod avg_pool2d;
mod batch_norm;
mod bce_with_logits;
mod broadcast_to;
mod cholesky;
mod clamp;
mod compare;
mod concatenate;
mod conv2d;
mod conv_transpose2d;
mod cross_entropy;
mod cumsum;
mod diag_embed;
mod diagonal;
mod div;
mod dropout;
mod elu;
mod erf;
mod exp;
mod exponentials;
mod flip;
mod gather;
mod gelu;
mod group_norm;
mod gru;
mod gru_cell;
mod index_add;
mod index_select;
mod instance_norm;
mod inverse_sqrt;
mod inverse_std;
mod layer_norm;
mod leaky_relu;
mod linear;
mod ln;
mod log_determinant;
mod log_softmax;
mod logsumexp;
mod lstm;
mod lstm_cell;
mod matmul;
mod max;
mod max_pool2d;
mod mean;
mod minimum_maximum;
mod mul;
mod neg;
mod norm;
mod normalize;
mod one_hot;
pub(crate) mod pad;
mod permute;
mod piecewise;
mod pow;
mod powf;
mod random;
mod recip;
mod relu;
mod reshape;
mod resize2d;
mod roll;
mod scatter_add;
mod sigmoid;
mod sign;
mod silu;
mod slice;
mod soft_threshold;
mod softmax;
mod softplus;
mod split;
mod sqrt;
mod square;
mod stack;
mod sub;
mod sum;
mod tanh;
mod triangular_solve;
mod tril;
mod unslice;
mod unsqueeze;
mod variance;
mod where_;

pub use conv_transpose2d::ConvTranspose2dOptions;
pub use conv2d::Conv2dOptions;
pub use linear::Activation;
pub use max_pool2d::Pool2dOptions;
pub use resize2d::Interpolation;

#[cfg(test)]
pub(crate) mod testing;
