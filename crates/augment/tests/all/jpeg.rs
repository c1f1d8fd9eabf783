//! JPEG against the codec itself.

use crate::support::{always, noise, noise_bytes, run, smooth};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use latent_augment::image::{Jpeg, Subsampling};
use ndarray::{Array3, ArrayView3};
use proptest::prelude::*;
use zune_core::bytestream::ZCursor;
use zune_jpeg::JpegDecoder;

/// Encoded and decoded by nothing but the codec.
fn round_trip(image: ArrayView3<u8>, quality: u8, factor: SamplingFactor) -> Array3<u8> {
    let (c, h, w) = image.dim();
    let pixels: Vec<u8> = image.permuted_axes([1, 2, 0]).iter().copied().collect();
    let mut encoded = Vec::new();
    let mut encoder = Encoder::new(&mut encoded, quality);
    encoder.set_sampling_factor(factor);
    let color = if c == 1 { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels, w as u16, h as u16, color).unwrap();
    let decoded = JpegDecoder::new(ZCursor::new(&encoded)).decode().unwrap();
    // The decoder gives colour where it is not asked for grey.
    let channels = decoded.len() / (h * w);
    Array3::from_shape_fn((c, h, w), |(c, y, x)| decoded[(y * w + x) * channels + c])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn is_the_round_trip_of_the_codec_at_any_size(
        seed: u64, color: bool, h in 1_usize..50, w in 1_usize..50, quality in 1_u8..=100,
        (subsampling, factor) in prop_oneof![
            Just((Subsampling::Half, SamplingFactor::F_2_2)),
            Just((Subsampling::HalfAcross, SamplingFactor::F_2_1)),
            Just((Subsampling::Full, SamplingFactor::F_1_1)),
        ],
    ) {
        let image = noise_bytes(seed, (if color { 3 } else { 1 }, h, w));
        let jpeg = Jpeg { quality: f64::from(quality).into(), subsampling };
        prop_assert_eq!(run(&always(jpeg), &image), round_trip(image.view(), quality, factor));
    }

    #[test]
    fn numbers_are_taken_as_bytes(seed: u64, h in 1_usize..20, w in 1_usize..20) {
        let image = noise(seed, (1, h, w));
        let jpeg = always(Jpeg { quality: 70.0.into(), subsampling: Subsampling::Half });
        let bytes = image.mapv(|x| (255.0 * x + 0.5) as u8);
        prop_assert_eq!(run(&jpeg, &image), run(&jpeg, &bytes).mapv(|byte| f32::from(byte) / 255.0));
    }
}

#[test]
fn low_quality_loses_more() {
    let image = smooth(2, (3, 33, 47));
    let loss = |quality: f64| {
        let jpeg = Jpeg { quality: quality.into(), subsampling: Subsampling::Full };
        255.0 * (&run(&always(jpeg), &image) - &image).mapv(f32::abs).mean().unwrap()
    };
    let [fine, middle, coarse] = [95.0, 50.0, 10.0].map(loss);
    assert!(fine < middle && middle < coarse && fine < 2.0, "levels lost: {fine}, {middle}, {coarse}");
}
