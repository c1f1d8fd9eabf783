//! The number types that the workspace computes with.

use crate::fft::Fourier;
use crate::linalg::backend::Element;
use crate::math::Elementary;
use crate::once::Choose;
use bytemuck::Pod;
use faer::traits::RealField;
use ndarray::NdFloat;
use num_traits::{FromPrimitive, ToPrimitive};

/// A real floating point type: `f32` to train with, `f64` to check with.
///
/// Everything numerical in the workspace is generic over this trait, so that a property can be
/// tested in `f64` on the very code that runs in `f32`.
pub trait Scalar:
    NdFloat
    + RealField
    + FromPrimitive
    + ToPrimitive
    + Default
    + std::iter::Sum
    + Pod
    + Element
    + Elementary
    + Fourier
    + Choose
{
    /// The type's name as array files write it: `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// How many bits its significand holds, the implicit one counted: 24 or 53.
    const MANTISSA_BITS: u32;

    /// The nearest value of this type to `x`.
    fn of(x: f64) -> Self;

    /// This value in double precision (exact).
    fn as_f64(self) -> f64;

    /// The largest number below this one.
    #[must_use]
    fn next_down(self) -> Self;
}

impl Scalar for f32 {
    const NAME: &'static str = "f32";
    const MANTISSA_BITS: u32 = f32::MANTISSA_DIGITS;

    #[inline(always)]
    fn of(x: f64) -> Self {
        x as f32
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn next_down(self) -> Self {
        self.next_down()
    }
}

impl Scalar for f64 {
    const NAME: &'static str = "f64";
    const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS;

    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn next_down(self) -> Self {
        self.next_down()
    }
}
