//! Conditional batch normalisation against batch normalisation.

use super::*;
use crate::testing::{constant, distance, normal};
use latent_layers::{Init, Linear, Visitor};
use latent_numeric::random::Stream;
use latent_tensor::check::gradients;
use latent_tensor::{GradOptions, grad};
use proptest::prelude::*;

fn train() -> Context {
    Context::train(Stream::new(1, "training", &[]))
}

fn shape(n: usize, c: usize, image: bool) -> Vec<usize> {
    if image { vec![n, c, 2, 3] } else { vec![n, c] }
}

/// Tables with these scales and shifts, (classes, channels).
fn tables(weight: ndarray::ArrayD<f64>, bias: ndarray::ArrayD<f64>) -> ClassTables<f64> {
    let tables = ClassTables::new(weight.shape()[0], weight.shape()[1]);
    tables.weight.set(weight).unwrap();
    tables.bias.set(bias).unwrap();
    tables
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn with_one_class_it_is_batch_normalisation(seed: u64, n in 2_usize..5, c in 1_usize..4, image: bool) {
        let norm = ConditionalBatchNorm::new(tables(normal(seed, &[1, c]), normal(seed / 3, &[1, c])));
        let x = Tensor::variable(normal(seed / 5, &shape(n, c, image)));
        let [weight, bias] = [&norm.affine.weight, &norm.affine.bias].map(|table| table.tensor().reshape(&[c]));
        let (want, mean, variance) = x.batch_norm(Some(&weight), Some(&bias), 1e-5);
        let got = norm.forward_with(&x, &vec![0; n], &mut train()).unwrap();
        prop_assert!(distance(&got, &want) < 1e-12);
        let slope = |y: &Tensor<f64>| {
            let loss = (y * constant(seed / 7, y.shape())).sum();
            grad(&[loss], std::slice::from_ref(&x), GradOptions::default()).remove(0)
        };
        prop_assert!(distance(&slope(&got), &slope(&want)) < 1e-11);
        let values = (x.len() / c) as f64;
        prop_assert!(distance(&norm.running_mean.tensor(), &(mean * 0.1)) < 1e-14);
        let unbiased = variance * (0.1 * values / (values - 1.0)) + 0.9;
        prop_assert!(distance(&norm.running_var.tensor(), &unbiased) < 1e-13);
        // Evaluation: the running statistics, and no change.
        let (mean, variance) = (norm.running_mean.tensor(), norm.running_var.tensor());
        let want = x.batch_norm_with(&mean, &variance, Some(&weight), Some(&bias), 1e-5);
        let got = norm.forward_with(&x, &vec![0; n], &mut Context::evaluate()).unwrap();
        prop_assert!(distance(&got, &want) < 1e-12);
        prop_assert_eq!(norm.running_mean.tensor().to_array(), mean.to_array());
        prop_assert_eq!(norm.running_var.tensor().to_array(), variance.to_array());
    }

    #[test]
    fn gradients_of_order_one_and_two(seed: u64, image: bool, classes in [0_usize..3, 0..3, 0..3]) {
        let inputs = [normal(seed, &shape(3, 2, image)), normal(seed / 3, &[3, 2]), normal(seed / 5, &[3, 2])];
        // A larger eps, or the curvature at small variances is out of reach of the differences.
        let f = |x: &[Tensor<f64>]| {
            let norm = ConditionalBatchNorm { eps: 0.1, ..ConditionalBatchNorm::new(Given(x[1].clone(), x[2].clone())) };
            norm.forward_with(&x[0], &classes[..], &mut train()).unwrap()
        };
        prop_assert_eq!(gradients(&inputs, f), Ok(()));
    }

    #[test]
    fn a_network_of_zeros_is_batch_normalisation(seed: u64, n in 2_usize..5, c in 1_usize..4, image: bool) {
        let network = Linear::with_init(3, 2 * c, Init::Zeros, &mut Stream::new(1, "initialisation", &[]));
        let norm = ConditionalBatchNorm::new(AffineNetwork::new(network, c));
        let x = constant(seed, &shape(n, c, image));
        let got = norm.forward_with(&x, &constant(seed / 3, &[n, 3]), &mut train()).unwrap();
        prop_assert!(distance(&got, &x.batch_norm(None, None, 1e-5).0) < 1e-12);
    }

    /// Class by class the result is the normalised batch, scaled and shifted by the class's rows.
    #[test]
    fn each_sample_has_the_rows_of_its_class(seed: u64, classes in [0_usize..3, 0..3, 0..3, 0..3]) {
        let norm = ConditionalBatchNorm::new(tables(normal(seed, &[3, 2]), normal(seed / 3, &[3, 2])));
        let x = constant(seed / 5, &[4, 2]);
        let got = norm.forward_with(&x, &classes, &mut train()).unwrap();
        let plain = x.batch_norm(None, None, 1e-5).0;
        let (weight, bias) = (norm.affine.weight.tensor(), norm.affine.bias.tensor());
        for (i, &class) in classes.iter().enumerate() {
            for j in 0..2 {
                let want = plain.array()[[i, j]] * weight.array()[[class, j]] + bias.array()[[class, j]];
                prop_assert!((got.array()[[i, j]] - want).abs() < 1e-13);
            }
        }
    }
}

/// Tables that are tensors of a graph.
struct Given(Tensor<f64>, Tensor<f64>);

impl Module<f64> for Given {
    fn kind(&self) -> &'static str {
        "given"
    }

    fn visit<'a>(&'a self, _: &mut Visitor<'a, f64>) {}
}

impl Affine<f64> for Given {
    type Condition = [usize];

    fn channels(&self) -> usize {
        self.0.shape()[1]
    }

    fn scale_and_shift(&self, _: usize, classes: &[usize], _: &mut Context) -> Result<[Tensor<f64>; 2], LayerError> {
        Ok([&self.0, &self.1].map(|table| table.index_select(0, classes)))
    }
}

#[test]
fn what_does_not_fit_is_an_error_and_changes_nothing() {
    let norm = ConditionalBatchNorm::new(ClassTables::<f64>::new(3, 2));
    let before = norm.running_mean.tensor();
    let error = |shape: &[usize], classes: &[usize]| {
        let x = Tensor::ones(shape);
        train().within("decoder", |context| norm.forward_with(&x, classes, context)).unwrap_err().to_string()
    };
    let in_training = |shape: &[usize], classes: &[usize]| {
        norm.forward_with(&Tensor::ones(shape), classes, &mut train()).unwrap_err().to_string()
    };
    assert_eq!(
        error(&[4, 3], &[0; 4]),
        "decoder: conditional_batch_norm: expected (samples, 2, ...), got the shape [4, 3]"
    );
    assert!(in_training(&[4], &[0; 4]).contains("(samples, 2, ...)"));
    assert!(in_training(&[1, 2], &[0]).contains("more than one value a channel in training, got the shape [1, 2]"));
    assert_eq!(
        in_training(&[4, 2], &[0; 3]),
        "affine: class_tables: expected 4 classes, one a sample, got the shape [3]"
    );
    assert_eq!(in_training(&[2, 2], &[0, 3]), "class_tables: class 3 of sample 1 at \"affine\", where there are 3");
    assert_eq!(norm.running_mean.tensor().to_array(), before.to_array());
    let network = Linear::<f64>::new(5, 3, &mut Stream::new(1, "initialisation", &[]));
    let norm = ConditionalBatchNorm::new(AffineNetwork::new(network, 2));
    let error = norm.forward_with(&Tensor::ones(&[4, 2]), &Tensor::ones(&[4, 5]), &mut train()).unwrap_err();
    assert!(error.to_string().contains("a network to (4, 4), scales and shifts, got the shape [4, 3]"), "{error}");
}

#[test]
fn paths() {
    let norm = ConditionalBatchNorm::new(ClassTables::<f64>::new(3, 2));
    let paths: Vec<String> = Visitor::entries(&norm).into_iter().map(|entry| entry.path).collect();
    assert_eq!(paths, ["affine.weight", "affine.bias", "running_mean", "running_var"]);
}
