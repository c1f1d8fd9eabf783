//! Gradients of order one and two through whole layers, with respect to parameters and input.

use crate::models::{Input, Model, models, training};
use latent_layers::{Context, Dropout, Dropout2d, Layer, Module, with_parameters};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_tensor::check::gradients;
use ndarray::{ArrayD, array};
use proptest::prelude::*;

/// Shapes that the models take, of those that are smooth.
const SMOOTH: [(&str, &[usize]); 15] = [
    ("linear", &[2, 2, 5]),
    ("conv2d", &[2, 4, 3, 4]),
    ("conv_transpose2d", &[2, 4, 2, 2]),
    ("avg_pool2d", &[2, 1, 3, 4]),
    ("global_avg_pool", &[2, 3, 2, 2]),
    ("batch_norm1d", &[5, 3]),
    ("batch_norm2d", &[2, 3, 2, 2]),
    ("batch_norm_plain", &[2, 3, 2, 2]),
    ("layer_norm", &[2, 4, 3]),
    ("instance_norm", &[2, 3, 2, 2]),
    ("group_norm", &[2, 4, 2, 1]),
    ("gru", &[2, 3, 3]),
    ("lstm", &[2, 3, 3]),
    ("upsample_bilinear", &[1, 2, 3, 4]),
    ("residual", &[2, 3]),
];

/// Normal numbers; those that are normalised over lie far enough apart that finite differences are good.
fn spread(stream: &mut Stream, shape: &[usize]) -> ArrayD<f64> {
    let noise: ArrayD<f64> = stream.normal_array(shape);
    let len = noise.len();
    let order = stream.permutation(len);
    noise * 0.1 + ArrayD::from_shape_vec(shape, order).unwrap().mapv(|k| 6.0 * k as f64 / len as f64 - 3.0)
}

fn check(model: &Model<f64>, x: ArrayD<f64>, is_training: bool) -> Result<(), TestCaseError> {
    let module = model.module();
    let mut inputs: Vec<ArrayD<f64>> = module.parameters().iter().map(|(_, p)| p.tensor().to_array()).collect();
    inputs.push(x);
    let verdict = gradients(&inputs, |tensors| {
        let (x, parameters) = tensors.split_last().unwrap();
        let mut context = if is_training { training(3) } else { Context::evaluate() };
        with_parameters(module, parameters, || model.apply(&Input::Tensor(x.clone()), &mut context).0)
    });
    prop_assert_eq!(verdict, Ok(()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn of_every_smooth_layer(seed: u64) {
        for (case, model) in models::<f64>(seed) {
            let Some((_, shape)) = SMOOTH.iter().find(|(name, _)| *name == case) else { continue };
            let x = spread(&mut Stream::new(seed, case, &[]), shape);
            check(&model, x.clone(), true).map_err(|e| TestCaseError::fail(format!("{case} in training: {e}")))?;
            check(&model, x, false).map_err(|e| TestCaseError::fail(format!("{case} in evaluation: {e}")))?;
        }
    }

    #[test]
    fn of_dropout(seed: u64) {
        for layer in [Model::Layer(Box::new(Dropout::new(0.4).unwrap())), Model::Layer(Box::new(Dropout2d::new(0.4).unwrap()))] {
            check(&layer, spread(&mut Stream::new(seed, "input", &[]), &[2, 3, 2, 2]), true)?;
        }
    }
}

#[test]
fn of_an_embedding() {
    let (_, model) = models::<f64>(5).into_iter().find(|(case, _)| *case == "words").unwrap();
    let words = Input::Indices(array![[1, 6, 0], [2, 2, 5]].into_dyn());
    let inputs: Vec<ArrayD<f64>> = model.module().parameters().iter().map(|(_, p)| p.tensor().to_array()).collect();
    let verdict = gradients(&inputs, |parameters| {
        with_parameters(model.module(), parameters, || model.apply(&words, &mut Context::evaluate()).0)
    });
    assert_eq!(verdict, Ok(()));
}

#[test]
fn parameters_come_back_also_after_a_panic() {
    let (_, model) = models::<f64>(5).remove(0);
    let Model::Layer(layer) = model else { panic!("linear is a layer") };
    let before = Module::variables(&layer);
    let others: Vec<Tensor<f64>> = before.iter().map(|p| p * 2.0).collect();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        with_parameters(&layer, &others, || panic!("on purpose"))
    }));
    assert!(result.is_err());
    for (before, after) in before.iter().zip(Module::variables(&layer)) {
        assert_eq!(before.array(), after.array());
        assert!(after.is_tracked());
    }
    let x = Tensor::ones(&[1, 5]);
    let y = with_parameters(&layer, &others, || layer.forward(&x, &mut Context::evaluate()).unwrap());
    assert_eq!(y.to_array(), (layer.forward(&x, &mut Context::evaluate()).unwrap() * 2.0).to_array());
}
