//! What the attribute [`compiled_here`](crate::compiled_here) writes its functions with.

use crate::Scalar;

/// A generic function that is compiled once for each number type: what [`compiled_here`](crate::compiled_here) writes.
pub trait Once {
    /// Its arguments.
    type Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, E: Scalar>;

    /// Its result.
    type Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, E: Scalar>;

    /// The function of `f32`.
    #[track_caller]
    fn f32<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h>(
        arguments: Self::Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, f32>,
    ) -> Self::Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, f32>;

    /// The function of `f64`.
    #[track_caller]
    fn f64<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h>(
        arguments: Self::Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, f64>,
    ) -> Self::Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, f64>;
}

/// A number type that chooses its function.
pub trait Choose: Sized {
    /// Calls the function of this type.
    #[track_caller]
    fn once<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, F: Once>(
        arguments: F::Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, Self>,
    ) -> F::Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, Self>
    where
        Self: Scalar;
}

impl Choose for f32 {
    #[inline(always)]
    fn once<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, F: Once>(
        arguments: F::Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, Self>,
    ) -> F::Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, Self> {
        F::f32(arguments)
    }
}

impl Choose for f64 {
    #[inline(always)]
    fn once<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, F: Once>(
        arguments: F::Arguments<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, Self>,
    ) -> F::Output<'a, 'b, 'c, 'd, 'e, 'f, 'g, 'h, Self> {
        F::f64(arguments)
    }
}
