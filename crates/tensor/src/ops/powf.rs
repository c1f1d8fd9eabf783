//! `y = x^p` with a constant `p`; `dy/dx = p x^(p - 1)`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};

/// Evaluates an expression with `power` a function that raises to the exponent, for each kind of exponent anew.
macro_rules! with_power {
    ($exponent:expr, $power:ident => $value:expr) => {{
        let exponent = $exponent;
        macro_rules! of {
            ($function:expr) => {{
                let $power = $function;
                $value
            }};
        }
        match exponent.as_f64() {
            0.0 => of!(|_: E| E::one()),
            1.0 => of!(|x: E| x),
            2.0 => of!(|x: E| x * x),
            3.0 => of!(|x: E| x * x * x),
            4.0 => of!(|x: E| (x * x) * (x * x)),
            -1.0 => of!(|x: E| E::one() / x),
            -2.0 => of!(|x: E| E::one() / (x * x)),
            0.5 => of!(|x: E| x.sqrt()),
            -0.5 => of!(|x: E| E::one() / x.sqrt()),
            _ => of!(move |x: E| E::pow_kernel(x, exponent)),
        }
    }};
}

struct Powf<E> {
    exponent: E,
}

impl<E: Scalar> Operator<E> for Powf<E> {
    fn name(&self) -> &'static str {
        "powf"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        // A constant has no gradient, also where its power -1 is infinite: powers that are whole and not negative
        // have finite derivatives of every order at zero.
        let (x, p) = (arguments.input(0), self.exponent);
        let slope = || {
            with_power!(p - E::one(), power => {
                rule::pointwise(cotangent, x, |c, x| c * (p * power(x)), || cotangent * x.powf(p - E::one()) * p)
            })
        };
        vec![(p != E::zero()).then(slope)]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `x^p`, element by element, with a constant exponent.
    ///
    /// `x^0` is 1 everywhere. Negative `x` have powers with whole `p` only, NaN otherwise. At zero the slope is
    /// infinite for `p < 1` other than 0. Small whole powers are products, and `x^(1/2)` is the
    /// [square root](Tensor::sqrt).
    #[must_use]
    pub fn powf(&self, exponent: E) -> Self {
        let value = with_power!(exponent, power => elementwise::map(self.array(), power));
        Self::from_operator(Powf { exponent }, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes, slopes};
    use ndarray::array;
    use proptest::prelude::*;
    use proptest::sample::select;

    const EXPONENTS: [f64; 12] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, -1.0, -2.0, 0.5, -0.5, 1.7, -2.3];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), p in select(&EXPONENTS[..])) {
            let a = array(seed, &shape, 0.7, 2.0);
            let want = a.mapv(|x| x.powf(p));
            prop_assert!(distance(&Tensor::constant(a.clone()).powf(p).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].powf(p)), Ok(()));
        }

        #[test]
        fn whole_powers_of_numbers_of_any_sign(seed: u64, p in 0_i32..6) {
            let a = array(seed, &[5], -2.0, 2.0);
            let want = a.mapv(|x| x.powi(p));
            prop_assert!(distance(&Tensor::constant(a.clone()).powf(p.into()).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].powf(p.into())), Ok(()));
        }
    }

    #[test]
    fn zero_and_below() {
        for p in [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] {
            assert_eq!(gradients(&[array![0.0].into_dyn()], |x| x[0].powf(p)), Ok(()), "power {p}");
        }
        assert_eq!(slopes(&[0.0], |x| x.powf(0.7)), [f64::INFINITY]);
        assert!(Tensor::scalar(-1.0_f64).powf(0.7).item().is_nan());
    }
}
