//! Special functions as operators with exact derivatives of any order.

mod abs_excess;
mod exp_excess;
mod log_bessel;
mod log_coth;
mod smooth;

pub(crate) use abs_excess::abs_excess;
pub(crate) use exp_excess::exp_excess;
pub use log_bessel::{bessel_ratio, log_bessel_i, log_bessel_scaled};
pub use log_coth::log_x_coth_half_x;
