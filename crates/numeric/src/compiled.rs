//! What is compiled in this crate, once for each number type.
//!
//! A generic function is compiled again in every crate and every test program that calls it. The longest of this crate
//! are therefore called through a trait whose methods are not generic. They are never inlined into their callers, which
//! costs nothing where so much is done in a call.

use crate::conv::{self, Geometry};
use crate::fft::{self, Complex, Lines};
use crate::linalg;
use crate::math::{self, Function};
use crate::matmul::{self, Threads};
use crate::parallel;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

macro_rules! compiled {
    ($($(#[$attribute:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*) => {
        /// A number type with what is compiled for it here. The trait cannot be named outside this crate.
        pub trait Compiled: Sized {
            $($(#[$attribute])* fn $name($($argument: $type),*) $(-> $result)?;)*
        }
        compiled!(for f32: $(fn $name($($argument: $type),*) $(-> $result)? = $body;)*);
        compiled!(for f64: $(fn $name($($argument: $type),*) $(-> $result)? = $body;)*);
    };
    (for $number:ty: $(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*) => {
        impl Compiled for $number {
            $(
                #[inline(never)]
                fn $name($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
            )*
        }
    };
}

compiled! {
    /// The implementation of [`matmul_into`](matmul::matmul_into).
    fn matmul_into(
        alpha: Self, a: ArrayView2<Self>, b: ArrayView2<Self>, beta: Self, c: ArrayViewMut2<Self>, threads: Threads
    ) = matmul::general;
    /// The implementation of [`Cholesky::solve_in_place`](linalg::Cholesky::solve_in_place).
    fn cholesky_solve(factor: ArrayView2<Self>, b: ArrayViewMut2<Self>) = linalg::cholesky_solve;
    /// The implementation of [`conv::output`].
    fn conv_output(geometry: &Geometry, x: &[Self], w: &[Self], bias: Option<&[Self]>, y: &mut [Self]) = conv::any_output;
    /// The implementation of [`conv::input`].
    fn conv_input(geometry: &Geometry, w: &[Self], y: &[Self], bias: Option<&[Self]>, x: &mut [Self]) = conv::any_input;
    /// The implementation of [`conv::weight`].
    fn conv_weight(geometry: &Geometry, x: &[Self], y: &[Self], w: &mut [Self]) = conv::any_weight;
    /// The implementation of [`RealFft2::forward`](fft::RealFft2::forward).
    fn fourier(lines: &dyn Lines<Self>, image: ArrayView2<Self>) -> Array2<Complex<Self>> = fft::forward;
    /// The implementation of [`RealFft2::inverse`](fft::RealFft2::inverse).
    fn inverse_fourier(
        lines: &dyn Lines<Self>, spectrum: Array2<Complex<Self>>, columns: usize
    ) -> Array2<Self> = fft::inverse;
    /// The functions of [`math`] in place.
    fn map(function: Function, values: &mut [Self]) = math::map;
    /// The functions of [`math`] from one slice to another.
    fn map_into(function: Function, from: &[Self], to: &mut [Self]) = math::map_into;
    /// The implementation of [`math::pow_into`].
    fn powers_into(bases: &[Self], exponents: &[Self], to: &mut [Self]) = math::powers_into;
    /// The implementation of [`parallel::sum`].
    fn sum_of(values: &[Self]) -> Self = parallel::sum_of;
    /// The implementation of [`parallel::dot`].
    fn sum_of_products(a: &[Self], b: &[Self]) -> Self = parallel::sum_of_products;
    /// The implementation of [`parallel::sum_of_squares`].
    fn sum_of_squares(values: &[Self]) -> Self = parallel::squares;
}
