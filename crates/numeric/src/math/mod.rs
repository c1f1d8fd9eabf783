//! Elementary functions of whole slices, vectorised.
//!
//! | function | formula | worst error seen, f32 | f64 |
//! |---|---|---|---|
//! | [`exp`] | `e^x` | 1.05 ulp | 0.82 ulp |
//! | [`ln`] | `ln x` | 0.81 ulp | 0.76 ulp |
//! | [`tanh`] | `(e^x - e^-x) / (e^x + e^-x)` | 1.06 ulp | 0.87 ulp |
//! | [`sigmoid`] | `1 / (1 + e^-x)` | 1.47 ulp | 1.36 ulp |
//! | [`softplus`] | `ln(1 + e^x)` | 1.37 ulp | 1.49 ulp |
//! | [`erf`] | `2 / sqrt(pi) * int_0^x e^(-t^2) dt` | 1.08 ulp | 1.03 ulp |
//! | [`pow_into`] | `x^y` | 0.51 ulp | that of the system |
//!
//! Each but the last has a form that works in place and one, `*_into`, from one slice to another. All hold over
//! the whole range of the type: signed zeros, infinities, NaN, subnormal arguments and subnormal
//! results included. An ulp is the distance of the two numbers that enclose the exact result. The
//! errors were seen at 300,000 arguments of all magnitudes for each function in `f64`, and at every
//! argument there is in `f32` (of `x^y`, at a million pairs); 2 ulp (1.5 in `f32`, 0.51 for `x^y`) is what the tests
//! hold them to.
//!
//! # How
//! Every kernel is straight-line code without branches, in Rust, with each fused multiply-add
//! written out. It is compiled once for each width of vector registers (AVX-512, AVX2 with FMA, the
//! target's baseline), and the widest that the processor has is chosen at run time. As the
//! operations and their order are the same everywhere, so are the bits of the results, on every
//! machine. `f32` is computed in `f32`, with a sum of two numbers where one would not do; only `x^y` is
//! computed in double precision and rounded once.
//!
//! ```
//! use latent_numeric::math;
//!
//! let mut x = [-1.0_f32, 0.0, 1.0];
//! math::exp(&mut x);
//! assert_eq!(x, [0.367_879_45, 1.0, 2.718_281_7]);
//!
//! let mut y = [0.0_f64; 2];
//! math::sigmoid_into(&[0.0, f64::INFINITY], &mut y);
//! assert_eq!(y, [0.5, 1.0]);
//! ```

mod erf;
mod exp;
mod function;
mod ln;
mod pow;
mod sigmoid;
mod softplus;
mod tanh;

pub(crate) use function::Function;

use crate::{Scalar, compiled_here};
use num_traits::Float;
use pulp::{Arch, Simd, WithSimd};

/// The kernels of a number type. The trait cannot be named outside this crate.
pub trait Elementary: Copy {
    /// `e^x`
    fn exp_kernel(x: Self) -> Self;
    /// `ln x`
    fn ln_kernel(x: Self) -> Self;
    /// `tanh x`
    fn tanh_kernel(x: Self) -> Self;
    /// `1 / (1 + e^-x)`
    fn sigmoid_kernel(x: Self) -> Self;
    /// `ln(1 + e^x)`
    fn softplus_kernel(x: Self) -> Self;
    /// `erf x`
    fn erf_kernel(x: Self) -> Self;
    /// `x^y`
    fn pow_kernel(x: Self, y: Self) -> Self;
}

macro_rules! elementary {
    ($type:ident) => {
        impl Elementary for $type {
            #[inline(always)]
            fn exp_kernel(x: Self) -> Self {
                exp::$type(x)
            }
            #[inline(always)]
            fn ln_kernel(x: Self) -> Self {
                ln::$type(x)
            }
            #[inline(always)]
            fn tanh_kernel(x: Self) -> Self {
                tanh::$type(x)
            }
            #[inline(always)]
            fn sigmoid_kernel(x: Self) -> Self {
                sigmoid::$type(x)
            }
            #[inline(always)]
            fn softplus_kernel(x: Self) -> Self {
                softplus::$type(x)
            }
            #[inline(always)]
            fn erf_kernel(x: Self) -> Self {
                erf::$type(x)
            }
            #[inline(always)]
            fn pow_kernel(x: Self, y: Self) -> Self {
                pow::$type(x, y)
            }
        }
    };
}

elementary!(f32);
elementary!(f64);

struct InPlace<'a, E, F> {
    values: &'a mut [E],
    kernel: F,
}

impl<E: Copy, F: Fn(E) -> E> WithSimd for InPlace<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.values {
            *x = (self.kernel)(*x);
        }
    }
}

struct Into<'a, E, F> {
    from: &'a [E],
    to: &'a mut [E],
    kernel: F,
}

impl<E: Copy, F: Fn(E) -> E> WithSimd for Into<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (y, &x) in self.to.iter_mut().zip(self.from) {
            *y = (self.kernel)(x);
        }
    }
}

struct Powers<'a, E> {
    bases: &'a [E],
    exponents: &'a [E],
    to: &'a mut [E],
}

impl<E: Scalar> WithSimd for Powers<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for ((to, &x), &y) in self.to.iter_mut().zip(self.bases).zip(self.exponents) {
            *to = E::pow_kernel(x, y);
        }
    }
}

/// Writes `x^y` of every base and its exponent to `to`. The limits are those of IEEE 754's `pow`: `x^0` and `1^y` are 1
/// even of NaN, zeros and infinities keep their sign under odd powers, and other negative bases have whole powers only.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn pow_into<E: Scalar>(bases: &[E], exponents: &[E], to: &mut [E]) {
    let (n, m) = (bases.len(), exponents.len());
    assert!(n == m && m == to.len(), "math::pow_into: lengths {n}, {m} and {} differ", to.len());
    powers_into(bases, exponents, to);
}

/// [`pow_into`] of slices of the same length.
#[compiled_here]
fn powers_into<E: Scalar>(bases: &[E], exponents: &[E], to: &mut [E]) {
    Arch::new().dispatch(Powers { bases, exponents, to });
}

macro_rules! slices {
    ($($name:ident, $into:ident, $function:ident, $kernel:ident, $formula:literal, $limits:literal;)*) => {
        /// Applies the function in place.
        #[compiled_here]
        fn map<E: Scalar>(function: Function, values: &mut [E]) {
            match function {
                $(Function::$function => Arch::new().dispatch(InPlace { values, kernel: E::$kernel }),)*
            }
        }

        /// Applies the function to slices of the same length.
        #[compiled_here]
        fn map_into<E: Scalar>(function: Function, from: &[E], to: &mut [E]) {
            match function {
                $(Function::$function => Arch::new().dispatch(Into { from, to, kernel: E::$kernel }),)*
            }
        }

        $(
        #[doc = concat!("Replaces every `x` by `", $formula, "`. ", $limits)]
        pub fn $name<E: Scalar>(values: &mut [E]) {
            map(Function::$function, values);
        }

        #[doc = concat!("Writes `", $formula, "` of every `x` of `from` to `to`. ", $limits)]
        ///
        /// # Panics
        /// If the lengths differ.
        #[track_caller]
        pub fn $into<E: Scalar>(from: &[E], to: &mut [E]) {
            let name = stringify!($into);
            assert_eq!(from.len(), to.len(), "math::{name}: lengths {} and {} differ", from.len(), to.len());
            map_into(Function::$function, from, to);
        }
        )*
    };
}

slices! {
    exp, exp_into, Exp, exp_kernel, "e^x", "From 0 at -inf to inf; beyond the largest number it is infinite.";
    ln, ln_into, Ln, ln_kernel, "ln x", "The natural logarithm: -inf at both zeros, NaN below, inf at inf.";
    tanh, tanh_into, Tanh, tanh_kernel, "tanh x", "Odd, with limits -1 and 1.";
    sigmoid, sigmoid_into, Sigmoid, sigmoid_kernel, "1 / (1 + e^-x)", "From 0 at -inf to 1 at inf.";
    softplus, softplus_into, Softplus, softplus_kernel, "ln(1 + e^x)", "From 0 at -inf to inf at inf.";
    erf, erf_into, Erf, erf_kernel, "erf x", "The error function: odd, with limits -1 and 1.";
}

/// `c[0] + c[1] x + c[2] x^2 + ...`
#[inline(always)]
fn polynomial<E: Float, const N: usize>(x: E, c: &[E; N]) -> E {
    let mut sum = c[N - 1];
    for i in (0..N - 1).rev() {
        sum = sum.mul_add(x, c[i]);
    }
    sum
}

/// The same from the coefficients of even and of odd powers. A [`polynomial`] of more than a dozen
/// coefficients is not unrolled, and the loop over the elements around it then not vectorised.
#[inline(always)]
fn halves<const N: usize, const M: usize>(x: f64, even: &[f64; N], odd: &[f64; M]) -> f64 {
    x.mul_add(polynomial(x * x, odd), polynomial(x * x, even))
}

/// Every other coefficient, beginning with `c[first]`.
const fn every_other<const N: usize, const M: usize>(c: &[f64; M], first: usize) -> [f64; N] {
    let mut half = [0.0; N];
    let mut i = 0;
    while i < N {
        half[i] = c[first + 2 * i];
        i += 1;
    }
    half
}

/// `(a + a_low) / (b + b_low)` within little more than half an ulp.
#[inline(always)]
fn quotient<E: Float>(a: E, a_low: E, b: E, b_low: E) -> E {
    let inverse = E::one() / b;
    let first = a * inverse;
    let remainder = first.mul_add(-b, a) + first.mul_add(-b_low, a_low);
    remainder.mul_add(inverse, first)
}

/// `if first { a } else { b }` of values that are both computed: the compiler would make a branch of
/// so much work, and then not vectorise the loop.
#[inline(always)]
fn choose(first: bool, a: f64, b: f64) -> f64 {
    let mask = u64::from(first).wrapping_neg();
    f64::from_bits((a.to_bits() & mask) | (b.to_bits() & !mask))
}

/// The same in single precision.
#[inline(always)]
fn choose_single(first: bool, a: f32, b: f32) -> f32 {
    let mask = u32::from(first).wrapping_neg();
    f32::from_bits((a.to_bits() & mask) | (b.to_bits() & !mask))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn same_bits<E: Scalar>(kernel: impl Fn(E) -> E + Copy, slices: fn(&mut [E]), name: &str) {
        let mut stream = Stream::new(3, "arguments", &[]);
        let arguments: Vec<E> = (0..5000)
            .map(|_| {
                let magnitude = E::of((stream.below(60) as f64 - 50.0).exp2());
                stream.normal::<E>() * magnitude
            })
            .collect();
        // Sign and payload of a NaN are not part of the promise.
        let bits = |values: &[E]| {
            let canonical = |x: &E| if x.is_nan() { f64::NAN } else { x.as_f64() };
            values.iter().map(|x| canonical(x).to_bits()).collect::<Vec<_>>()
        };
        // Compiled for the baseline of the target, with fused multiply-adds from its library.
        let want: Vec<E> = arguments.iter().map(|&x| kernel(x)).collect();
        let mut widest = arguments.clone();
        slices(&mut widest);
        assert_eq!(bits(&widest), bits(&want), "{name} in {}", E::NAME);
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = pulp::x86::V3::try_new() {
            let mut values = arguments.clone();
            Simd::vectorize(avx2, InPlace { values: &mut values, kernel });
            assert_eq!(bits(&values), bits(&want), "{name} in {} with AVX2", E::NAME);
        }
    }

    #[test]
    fn same_bits_in_every_width() {
        fn all<E: Scalar>() {
            same_bits::<E>(E::exp_kernel, exp, "exp");
            same_bits::<E>(E::ln_kernel, ln, "ln");
            same_bits::<E>(E::tanh_kernel, tanh, "tanh");
            same_bits::<E>(E::sigmoid_kernel, sigmoid, "sigmoid");
            same_bits::<E>(E::softplus_kernel, softplus, "softplus");
            same_bits::<E>(E::erf_kernel, erf, "erf");
        }
        all::<f32>();
        all::<f64>();
    }
}
