//! What the attribute [`compiled_here`](crate::compiled_here) writes its functions with.

use crate::Scalar;

/// A generic function that is compiled once for each number type: what [`compiled_here`](crate::compiled_here) writes.
pub trait Once {
    /// Its arguments.
    type Arguments<'a, E: Scalar>;

    /// Its result.
    type Output<'a, E: Scalar>;

    /// The function of `f32`.
    #[track_caller]
    fn f32<'a>(arguments: Self::Arguments<'a, f32>) -> Self::Output<'a, f32>;

    /// The function of `f64`.
    #[track_caller]
    fn f64<'a>(arguments: Self::Arguments<'a, f64>) -> Self::Output<'a, f64>;
}

/// A number type that chooses its function.
pub trait Choose: Sized {
    /// Calls the function of this type.
    #[track_caller]
    fn once<'a, F: Once>(arguments: F::Arguments<'a, Self>) -> F::Output<'a, Self>
    where
        Self: Scalar;
}

impl Choose for f32 {
    #[inline(always)]
    fn once<'a, F: Once>(arguments: F::Arguments<'a, Self>) -> F::Output<'a, Self> {
        F::f32(arguments)
    }
}

impl Choose for f64 {
    #[inline(always)]
    fn once<'a, F: Once>(arguments: F::Arguments<'a, Self>) -> F::Output<'a, Self> {
        F::f64(arguments)
    }
}
