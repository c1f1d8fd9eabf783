//! First values have the mean, the variance and the bounds that they should.

use latent_layers::{
    Conv2d, Conv2dOptions, ConvTranspose2d, ConvTranspose2dOptions, Embedding, Gru, Init, Linear, Module,
};
use latent_numeric::random::Stream;
use ndarray::{Array2, ArrayD};
use proptest::prelude::*;

fn stream(seed: u64) -> Stream {
    Stream::new(seed, "initialisation", &[])
}

/// Mean and variance within six standard errors, and all within the bound.
fn has_moments(w: &ArrayD<f64>, variance: f64, bound: Option<f64>) -> Result<(), TestCaseError> {
    let n = w.len() as f64;
    let mean = w.sum() / n;
    let second = w.iter().map(|w| w * w).sum::<f64>() / n;
    prop_assert!(mean.abs() <= 6.0 * (variance / n).sqrt(), "mean {mean}");
    // The kurtosis of the normal distribution is 3, that of the uniform one less.
    prop_assert!((second - variance).abs() <= 6.0 * variance * (2.0 / n).sqrt(), "{second} is not {variance}");
    if let Some(bound) = bound {
        prop_assert!(w.iter().all(|w| w.abs() <= bound));
        prop_assert!(w.iter().any(|w| w.abs() > 0.9 * bound), "nothing near the bound {bound}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn moments_and_bounds(seed: u64, outputs in 20_usize..40, inputs in 20_usize..40, kernel in 1_usize..4, gain in 0.5_f64..2.0) {
        let shape = [outputs, inputs, kernel, kernel];
        let [fan_out, fan_in] = [outputs, inputs].map(|channels| (channels * kernel * kernel) as f64);
        let glorot = gain * gain * 2.0 / (fan_in + fan_out);
        let he = gain * gain / fan_in;
        let cases = [
            (Init::Uniform(gain), gain * gain / 3.0, true),
            (Init::Normal(gain), gain * gain, false),
            (Init::XavierUniform { gain }, glorot, true),
            (Init::XavierNormal { gain }, glorot, false),
            (Init::KaimingUniform { gain }, he, true),
            (Init::KaimingNormal { gain }, he, false),
            (Init::LeCunNormal, 1.0 / fan_in, false),
            (Init::default(), 1.0 / (3.0 * fan_in), true),
        ];
        for (init, variance, is_uniform) in cases {
            let w = init.array::<f64>(&shape, &mut stream(seed));
            prop_assert_eq!(w.shape(), shape);
            has_moments(&w, variance, is_uniform.then(|| (3.0 * variance).sqrt() * (1.0 + 1e-12)))?;
        }
    }

    #[test]
    fn orthogonal(seed: u64, rows in 1_usize..9, columns in 1_usize..5, kernel in 1_usize..3, gain in 0.5_f64..2.0) {
        let shape = [rows, columns, kernel];
        let w = Init::Orthogonal { gain }.array::<f64>(&shape, &mut stream(seed));
        let w = w.into_shape_with_order((rows, columns * kernel)).unwrap();
        let product = if w.nrows() <= w.ncols() { w.dot(&w.t()) } else { w.t().dot(&w) };
        let want = Array2::<f64>::eye(product.nrows()) * gain * gain;
        prop_assert!((product - want).iter().all(|error| error.abs() < 1e-12));
    }

    #[test]
    fn the_same_stream_gives_the_same_values(seed: u64) {
        let all = [Init::Orthogonal { gain: 1.0 }, Init::LeCunNormal, Init::Uniform(1.0), Init::XavierNormal { gain: 1.0 }];
        for init in all {
            let draw = |seed| init.array::<f32>(&[4, 5], &mut stream(seed));
            prop_assert_eq!(draw(seed), draw(seed));
            prop_assert_ne!(draw(seed), draw(seed ^ 1));
        }
    }
}

/// The bounds of `torch.nn`: 1 / sqrt(fan_in), where the fan of a transposed convolution is that of its second axis.
#[test]
fn layers_are_drawn_as_pytorch_draws_them() {
    let stream = &mut stream(7);
    let grouped = Conv2dOptions { groups: 2, ..Default::default() };
    let transposed = ConvTranspose2dOptions { groups: 2, ..Default::default() };
    let cases: [(Box<dyn Module<f64>>, f64); 4] = [
        (Box::new(Linear::new(64, 512, stream)), 64.0),
        (Box::new(Conv2d::new(16, 512, [3, 3], grouped, stream).unwrap()), 72.0),
        (Box::new(ConvTranspose2d::new(32, 512, [2, 2], transposed, stream).unwrap()), 1024.0),
        (Box::new(Gru::new(8, 128, 2, stream).unwrap()), 128.0),
    ];
    for (module, fan) in cases {
        for (name, parameter) in module.parameters() {
            has_moments(&parameter.tensor().to_array(), 1.0 / (3.0 * fan), Some(1.0 / f64::sqrt(fan)))
                .unwrap_or_else(|error| panic!("{} {name}: {error}", module.kind()));
        }
    }
    has_moments(&Embedding::new(100, 50, stream).weight.tensor().to_array(), 1.0, None).unwrap();
}

#[test]
fn constants() {
    assert!(Init::Zeros.array::<f32>(&[2, 3], &mut stream(1)).iter().all(|&w| w == 0.0));
    assert!(Init::Constant(0.5).array::<f32>(&[2, 3], &mut stream(1)).iter().all(|&w| w == 0.5));
    assert_eq!(Init::Orthogonal { gain: 1.0 }.array::<f32>(&[0, 3], &mut stream(1)).shape(), [0, 3]);
}
