//! Wrong dimensions are errors that say where, what was expected and what was given; nothing panics.

use crate::models::{AutoEncoder, Model, models, training};
use latent_layers::{
    BatchNorm, Context, Conv2d, Conv2dOptions, ConvTranspose2d, ConvTranspose2dOptions, Dropout2d, Embedding, Flatten,
    GlobalAvgPool, Gru, Identity, InstanceNorm, Layer, LayerError, LayerNorm, Linear, Lstm, MaxPool2d, Pool2dOptions,
    Residual, Upsample, summary,
};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::array;
use proptest::prelude::*;

fn stream() -> Stream {
    Stream::new(1, "initialisation", &[])
}

fn message(layer: &dyn Layer<f32>, shape: &[usize], mut context: Context) -> String {
    layer.forward(&Tensor::zeros(shape), &mut context).unwrap_err().to_string()
}

#[test]
fn messages() {
    let s = &mut stream();
    let conv = Conv2dOptions { stride: [2, 2], padding: [1, 0], dilation: [1, 2], groups: 1 };
    let up = ConvTranspose2dOptions { stride: [2, 2], padding: [4, 0], ..Default::default() };
    let cases: [(Box<dyn Layer<f32>>, &[usize], &str); 11] = [
        (Box::new(Linear::new(3, 2, s)), &[], "linear: expected (..., 3), got the shape []"),
        (
            Box::new(Conv2d::new(3, 4, [4, 3], conv, s).unwrap()),
            &[2, 3, 1, 9],
            "conv2d: expected (samples, 3, height >= 2, width >= 5), got the shape [2, 3, 1, 9]",
        ),
        (
            Box::new(ConvTranspose2d::new(3, 4, [4, 4], up, s).unwrap()),
            &[2, 3, 3, 1],
            "conv_transpose2d: expected (samples, 3, height >= 4, width >= 1), got the shape [2, 3, 3, 1]",
        ),
        (
            Box::new(MaxPool2d::new(Pool2dOptions::new([2, 3])).unwrap()),
            &[2, 4, 4],
            "max_pool2d: expected (samples, channels, height >= 2, width >= 3), got the shape [2, 4, 4]",
        ),
        (
            Box::new(GlobalAvgPool),
            &[2, 4],
            "global_avg_pool: expected (samples, channels, ...) with a pixel or more, got the shape [2, 4]",
        ),
        (Box::new(BatchNorm::new(4)), &[2, 3, 5], "batch_norm: expected (samples, 4, ...), got the shape [2, 3, 5]"),
        (Box::new(LayerNorm::new(&[4, 3]).unwrap()), &[3], "layer_norm: expected (..., 4, 3), got the shape [3]"),
        (
            Box::new(InstanceNorm::new(4)),
            &[2, 4],
            "instance_norm: expected (samples, 4, ...) with an axis or more after the channels, got the shape [2, 4]",
        ),
        (Box::new(Flatten), &[], "flatten: expected (samples, ...), got the shape []"),
        (
            Box::new(Lstm::new(4, 2, 1, s).unwrap()),
            &[2, 0, 4],
            "lstm: expected (samples, steps >= 1, 4), got the shape [2, 0, 4]",
        ),
        (
            Box::new(Residual::new(Linear::new(3, 2, s))),
            &[5, 3],
            "residual: expected the layer to give the shape of the shortcut, [5, 3], got the shape [5, 2]",
        ),
    ];
    for (layer, shape, want) in cases {
        assert_eq!(message(&layer, shape, Context::evaluate()), want);
    }
    assert_eq!(
        message(&BatchNorm::new(2), &[1, 2], training(1)),
        "batch_norm: expected (samples, 2, ...) with two values or more for each channel in training, got the shape [1, 2]"
    );
    let (x, h) = (Tensor::zeros(&[2, 3, 4]), Tensor::zeros(&[2, 5]));
    let error = Gru::<f32>::new(4, 5, 1, s).unwrap().run(&x, Some(&h), &Context::evaluate()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "gru: expected a state of shape (1, 2, 5) for (layers, samples, hidden), got the shape [2, 5]"
    );
}

#[test]
fn errors_name_the_layer() {
    let model = AutoEncoder::<f32>::new(&mut stream());
    assert_eq!(
        message(&model, &[2, 1, 16, 16], Context::evaluate()),
        "encoder.7: linear: expected (..., 24), got the shape [2, 96]"
    );
    assert!(matches!(
        summary(&model, &[2, 3, 8, 8]),
        Err(LayerError::Shape { path, layer: "conv2d", given, .. }) if path == "encoder.0" && given == [2, 3, 8, 8]
    ));
    let table = Embedding::<f32>::new(3, 2, &mut stream());
    let mut context = Context::evaluate();
    let error = context.within("words", |context| table.look_up(array![[0, 3]].view(), context)).unwrap_err();
    assert_eq!(error.to_string(), "words: embedding: expected indices below 3, got 3");
    assert_eq!(context.path(), "");
}

#[test]
fn impossible_settings() {
    let s = &mut stream();
    let refused = |result: Result<(), LayerError>| result.unwrap_err().to_string();
    let conv = |inputs, outputs, kernel, options, s: &mut Stream| {
        Conv2d::<f32>::new(inputs, outputs, kernel, options, s).map(drop)
    };
    let plain = Conv2dOptions::default();
    assert_eq!(refused(conv(0, 4, [3, 3], plain, s)), "conv2d: the channels must be at least 1 everywhere, got [0, 4]");
    assert_eq!(refused(conv(3, 4, [3, 0], plain, s)), "conv2d: the kernel must be at least 1 everywhere, got [3, 0]");
    let still = Conv2dOptions { stride: [0, 1], ..plain };
    assert_eq!(refused(conv(3, 4, [3, 3], still, s)), "conv2d: the stride must be at least 1 everywhere, got [0, 1]");
    let none = Conv2dOptions { groups: 0, ..plain };
    assert_eq!(refused(conv(3, 4, [3, 3], none, s)), "conv2d: groups must be at least 1 everywhere, got [0]");
    let three = Conv2dOptions { groups: 3, ..plain };
    assert_eq!(refused(conv(3, 4, [3, 3], three, s)), "conv2d: the outputs (4) must be a multiple of the groups (3)");
    assert_eq!(
        refused(Gru::<f32>::new(3, 4, 0, s).map(drop)),
        "gru: the layers must be at least 1 everywhere, got [0]"
    );
    assert!(LayerNorm::<f32>::new(&[]).is_err() && LayerNorm::<f32>::new(&[3, 0]).is_err());
    assert!(Dropout2d::new(f64::NAN).is_err());
    assert!(MaxPool2d::new(Pool2dOptions::new([0, 2])).is_err());
    assert!(Upsample::to([0, 2], latent_layers::Interpolation::Nearest).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is given, a layer answers or says what it takes; `summary` agrees with the evaluation.
    #[test]
    fn no_shape_panics(shape in prop::collection::vec(0_usize..7, 0..5), fitting: bool) {
        for (case, model) in models::<f32>(1) {
            let Model::Layer(layer) = &model else { continue };
            let mut shape = shape.clone();
            if fitting && shape.len() > 1 {
                // Layers of images and of channels get further.
                shape[1] = if case.contains("conv") || case == "group_norm" { 4 } else { 3 };
            }
            let x = Tensor::zeros(&shape);
            let evaluated = layer.forward(&x, &mut Context::evaluate());
            let table = summary(layer, &shape);
            prop_assert_eq!(evaluated.is_ok(), table.is_ok(), "{}", case);
            if let (Ok(y), Ok(table)) = (&evaluated, &table) {
                prop_assert_eq!(y.shape(), table.layers[0].output.as_slice(), "{}", case);
            }
            let _ = layer.forward(&x, &mut training(1));
        }
        let x = Tensor::<f32>::zeros(&shape);
        let y = Identity.forward(&x, &mut Context::evaluate()).unwrap();
        prop_assert_eq!(y.shape(), shape.as_slice());
        let _ = Dropout2d::new(0.5).unwrap().forward(&x, &mut training(1));
        let s = &mut stream();
        let _ = Gru::new(3, 2, 1, s).unwrap().forward(&x, &mut Context::evaluate());
        let _ = Lstm::new(3, 2, 1, s).unwrap().forward(&x, &mut Context::evaluate());
    }
}
