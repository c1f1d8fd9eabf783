//! Images and chains to test with.

use latent_augment::image::{Border, Chain, Interpolation, Operator, Pixel, Step};
use latent_numeric::random::Stream;
use ndarray::{Array3, ArrayView3};
use proptest::prelude::*;

/// Numbers in [0, 1] without order.
pub fn noise(seed: u64, dim: (usize, usize, usize)) -> Array3<f32> {
    let mut stream = Stream::new(seed, "test image", &[]);
    Array3::from_shape_simple_fn(dim, || stream.uniform())
}

pub fn noise_bytes(seed: u64, dim: (usize, usize, usize)) -> Array3<u8> {
    let mut stream = Stream::new(seed, "test image", &[]);
    Array3::from_shape_simple_fn(dim, || stream.below(256) as u8)
}

/// A sum of waves no shorter than 12 pixels, within [0.1, 0.9].
pub fn smooth(seed: u64, (c, h, w): (usize, usize, usize)) -> Array3<f32> {
    let mut stream = Stream::new(seed, "smooth image", &[]);
    let waves: Vec<[f64; 3]> = (0..3)
        .map(|_| {
            let limit = std::f64::consts::TAU / 12.0 / 2.0_f64.sqrt();
            [stream.uniform_in(-limit, limit), stream.uniform_in(-limit, limit), stream.uniform_in(0.0, 6.3)]
        })
        .collect();
    Array3::from_shape_fn((c, h, w), |(channel, y, x)| {
        let wave = |[kx, ky, phase]: &[f64; 3]| (kx * x as f64 + ky * y as f64 + phase + channel as f64).sin();
        (0.5 + 0.4 / 3.0 * waves.iter().map(wave).sum::<f64>()) as f32
    })
}

pub fn always(operator: impl Into<Operator>) -> Chain {
    chain([operator.into()])
}

pub fn chain<const N: usize>(operators: [Operator; N]) -> Chain {
    Chain::new(operators.into_iter().map(Step::always).collect()).unwrap()
}

/// What the chain makes of sample 0.
pub fn run<P: Pixel>(chain: &Chain, image: &Array3<P>) -> Array3<P> {
    chain.apply(image.view(), 1, 2, 0).unwrap()
}

#[track_caller]
pub fn assert_near(found: ArrayView3<f32>, want: ArrayView3<f32>, tolerance: f32) {
    assert_eq!(found.dim(), want.dim());
    for ((at, &found), &want) in found.indexed_iter().zip(want) {
        assert!((found - want).abs() <= tolerance, "at {at:?}: {found} instead of {want}");
    }
}

pub fn borders() -> impl Strategy<Value = Border> {
    prop_oneof![
        (0.0..=1.0).prop_map(Border::Constant),
        Just(Border::Reflect),
        Just(Border::Replicate),
        Just(Border::Wrap)
    ]
}

pub fn interpolations() -> impl Strategy<Value = Interpolation> {
    prop_oneof![Just(Interpolation::Nearest), Just(Interpolation::Bilinear), Just(Interpolation::Bicubic)]
}

pub fn dims() -> impl Strategy<Value = (usize, usize, usize)> {
    (prop_oneof![Just(1_usize), Just(3)], 1_usize..24, 1_usize..24)
}
