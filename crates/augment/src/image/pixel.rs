//! The number types of images.

/// A number type of images: `u8` in 0..=255, or `f32` in [0, 1]. It cannot be implemented outside this crate.
///
/// Chains compute in `f32` on [0, 1]. A byte `b` becomes `b / 255`; a number `v` becomes the byte `floor(255 v + 1/2)`,
/// once at the end of a chain, whatever its length. The one after the other is the identity of every byte.
pub trait Pixel: Copy + Default + Send + Sync + sealed::Sealed + 'static {
    /// Numbers in [0, 1].
    #[doc(hidden)]
    fn load(from: &[Self], to: &mut [f32]);
    /// Back again.
    #[doc(hidden)]
    fn store(from: &[f32], to: &mut [Self]);
    /// The first value outside of the domain.
    #[doc(hidden)]
    fn outside(values: &[Self]) -> Option<(usize, f32)>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for f32 {}
}

impl Pixel for u8 {
    fn load(from: &[Self], to: &mut [f32]) {
        load_bytes(from, to);
    }

    fn store(from: &[f32], to: &mut [Self]) {
        store_bytes(from, to);
    }

    fn outside(_: &[Self]) -> Option<(usize, f32)> {
        None
    }
}

impl Pixel for f32 {
    fn load(from: &[Self], to: &mut [f32]) {
        to.copy_from_slice(from);
    }

    fn store(from: &[f32], to: &mut [Self]) {
        to.copy_from_slice(from);
    }

    fn outside(values: &[Self]) -> Option<(usize, f32)> {
        if all_in_unit_interval(values) {
            return None;
        }
        values.iter().position(|x| !(0.0..=1.0).contains(x)).map(|at| (at, values[at]))
    }
}

latent_numeric::vectorized! {
    fn load_bytes(from: &[u8], to: &mut [f32]) {
        for (x, &byte) in to.iter_mut().zip(from) {
            *x = f32::from(byte) / 255.0;
        }
    }

    fn store_bytes(from: &[f32], to: &mut [u8]) {
        for (byte, &x) in to.iter_mut().zip(from) {
            *byte = byte_of(x);
        }
    }

    // No early end, so that it is vectorised.
    #[allow(clippy::needless_bitwise_bool)]
    fn all_in_unit_interval(values: &[f32]) -> bool {
        values.iter().fold(true, |all, x| all & (*x >= 0.0) & (*x <= 1.0))
    }
}

/// The byte of a number in [0, 1].
#[inline(always)]
pub(crate) fn byte_of(x: f32) -> u8 {
    let rounded = (x.clamp(0.0, 1.0) * 255.0 + 0.5).floor();
    // 2^23 moves a whole number into the low bits. A cast would check the range and not be vectorised.
    (rounded + 8_388_608.0).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive() {
        let bytes: Vec<u8> = (0..=255).collect();
        let (mut numbers, mut back) = (vec![0.0; 256], vec![0; 256]);
        u8::load(&bytes, &mut numbers);
        u8::store(&numbers, &mut back);
        assert_eq!(back, bytes);
        assert_eq!((numbers[0], numbers[51], numbers[255]), (0.0, 0.2, 1.0));
    }

    #[test]
    fn what_is_outside_is_found() {
        assert_eq!(f32::outside(&[0.0, 1.0, 0.5]), None);
        assert_eq!(f32::outside(&[0.0, 1.000_1]), Some((1, 1.000_1)));
        assert_eq!(f32::outside(&[0.0, -1e-9, f32::NAN]).map(|found| found.0), Some(1));
        assert!(f32::outside(&[f32::NAN]).is_some_and(|(at, value)| at == 0 && value.is_nan()));
    }
}
