//! Loops compiled for several instruction sets.

/// Compiles each function for AVX-512, for AVX2 with FMA and for the target's baseline; the widest that the processor
/// has is chosen at every call.
///
/// For functions that are loops over slices and take long enough for the choice (a few nanoseconds) not to matter. The
/// bits do not depend on the choice as long as no sum is reordered by the width of a vector: add up in a fixed number
/// of lanes instead. The calling crate must depend on `multiversion`.
///
/// ```
/// latent_numeric::vectorized! {
///     fn add<E: latent_numeric::Scalar>(a: &[E], b: &mut [E]) {
///         for (b, &a) in b.iter_mut().zip(a) {
///             *b += a;
///         }
///     }
/// }
///
/// let mut b = [1.0; 20];
/// add(&[2.0; 20], &mut b);
/// assert_eq!(b, [3.0; 20]);
/// ```
#[macro_export]
macro_rules! vectorized {
    ($($function:item)*) => {
        $(#[::multiversion::multiversion(targets(
            "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+fma+bmi1+bmi2+lzcnt",
            "x86_64+avx2+fma+bmi1+bmi2+lzcnt",
        ))]
        $function)*
    };
}
