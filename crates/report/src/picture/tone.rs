//! From values to colours.

use image::Rgb;
use ndarray::ArrayView2;

/// How the values of an image become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// 0 is white, 1 is black; values outside count as the nearest end.
    Ink,
    /// The bound is dark blue, zero is nearly white, minus the bound is dark red (ColorBrewer's RdBu).
    Signed {
        /// The largest absolute value; a bound that is not positive draws everything as zero.
        bound: f32,
    },
}

/// The colour of a value that is not a number: found nowhere else in a picture.
const NAN: Rgb<u8> = Rgb([255, 0, 255]);

impl Tone {
    /// [`Signed`](Self::Signed) with the largest finite absolute value of the image as its bound.
    pub fn signed(image: ArrayView2<'_, f32>) -> Self {
        Self::Signed { bound: image.iter().filter(|x| x.is_finite()).fold(0.0, |bound, x| x.abs().max(bound)) }
    }

    /// The colour of a value.
    pub fn color(self, value: f32) -> Rgb<u8> {
        if value.is_nan() {
            return NAN;
        }
        match self {
            Self::Ink => {
                let grey = (255.0 * (1.0 - value.clamp(0.0, 1.0))).round() as u8;
                Rgb([grey; 3])
            }
            Self::Signed { bound } => {
                let share = if bound > 0.0 { f64::from(value / bound).clamp(-1.0, 1.0) } else { 0.0 };
                Rgb(colorous::RED_BLUE.eval_continuous(0.5 + 0.5 * share).into_array())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use proptest::prelude::*;

    #[test]
    fn known_colours() {
        assert_eq!(Tone::Ink.color(0.0), Rgb([255; 3]));
        assert_eq!(Tone::Ink.color(1.0), Rgb([0; 3]));
        assert_eq!(Tone::Ink.color(7.0), Rgb([0; 3]));
        assert_eq!(Tone::Ink.color(f32::NAN), NAN);
        // ColorBrewer's RdBu ends: #67001f and #053061.
        let signed = Tone::Signed { bound: 2.0 };
        let close = |a: Rgb<u8>, b: [u8; 3]| a.0.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 2);
        assert!(close(signed.color(-2.0), [0x67, 0x00, 0x1f]), "{:?}", signed.color(-2.0));
        assert!(close(signed.color(2.0), [0x05, 0x30, 0x61]), "{:?}", signed.color(2.0));
        assert!(signed.color(0.0).0.iter().all(|&c| c > 230));
        assert_eq!(signed.color(f32::INFINITY), signed.color(2.0));
    }

    #[test]
    fn the_bound_is_the_largest_finite_value() {
        assert_eq!(Tone::signed(array![[1.0, -3.0], [f32::INFINITY, f32::NAN]].view()), Tone::Signed { bound: 3.0 });
        let zero = Tone::signed(array![[0.0, 0.0]].view());
        assert_eq!(zero.color(0.0), Tone::Signed { bound: 1.0 }.color(0.0));
    }

    proptest! {
        #[test]
        fn positive_is_blue_and_negative_red(value in 0.05_f32..10.0, bound in 0.1_f32..10.0) {
            let tone = Tone::Signed { bound };
            let (plus, minus) = (tone.color(value).0, tone.color(-value).0);
            prop_assume!(value / bound > 0.1);
            prop_assert!(plus[2] > plus[0], "{plus:?}");
            prop_assert!(minus[0] > minus[2], "{minus:?}");
        }
    }
}
