//! Special functions as operators with exact derivatives of any order.

mod bessel_jets;
mod exp_excess;
mod log_bessel;
mod log_coth;
mod log_one_minus_exp;
mod mean_decay;
mod smooth;
mod times_exp;

pub(crate) use exp_excess::exp_excess;
pub(crate) use log_bessel::{bessel_divergence, bessel_ratio_deficit};
pub use log_bessel::{bessel_ratio, log_bessel_i, log_bessel_scaled};
pub use log_coth::log_x_coth_half_x;
pub(crate) use log_one_minus_exp::log_one_minus_exp;
pub(crate) use mean_decay::mean_decay;
pub(crate) use times_exp::{product, square, times_exp};

/// One where a condition holds, else zero: an element of a mask.
pub(crate) fn flag<E: latent_numeric::Scalar>(holds: bool) -> E {
    if holds { E::one() } else { E::zero() }
}
