//! Spectral normalisation against the singular value decomposition of the map.

use super::*;
use crate::testing::{close, constant, distance, normal};
use latent_layers::{Parameter, Visitor};
use latent_tensor::check::gradients;
use latent_tensor::jacobian;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions};
use ndarray::Array2;
use proptest::prelude::*;

fn train() -> Context {
    Context::train(Stream::new(1, "training", &[]))
}

/// A convolution or transposed convolution with a weight that fits.
fn convolution() -> impl Strategy<Value = (WeightOperator, [usize; 4])> {
    let pair = |from: usize, to: usize| [from..to, from..to];
    let settings = (pair(1, 3), pair(0, 2), pair(1, 3), 1_usize..3, pair(1, 4), pair(4, 7));
    (settings, 1_usize..3, 1_usize..3, any::<bool>()).prop_map(
        |((stride, padding, dilation, groups, kernel, input), a, b, transposed)| {
            // Kernels that reach over the image are cut, padding that cuts off all of it as well.
            let kernel = [0, 1].map(|i: usize| if dilation[i] == 2 { kernel[i].min(2) } else { kernel[i] });
            let operator = if transposed {
                let output_padding = [0, 1].map(|i: usize| stride[i] - 1);
                let options = ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups };
                WeightOperator::ConvTranspose2d { options, input }
            } else {
                WeightOperator::Conv2d { options: Conv2dOptions { stride, padding, dilation, groups }, input }
            };
            (operator, [a * groups, b, kernel[0], kernel[1]])
        },
    )
}

/// The largest singular value of the map, written out as a matrix.
fn largest(operator: &WeightOperator, weight: &Tensor<f64>) -> f64 {
    let [_, v] = operator.shapes(weight.shape()).unwrap();
    let map = jacobian(|v| operator.apply(weight, v), &Tensor::zeros(&v));
    let columns: usize = v.iter().product();
    linalg::singular_values(map.reshape(&[map.len() / columns, columns]).view_as()).unwrap()[0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_a_matrix_it_is_the_largest_singular_value(seed: u64, shape in [1_usize..5, 1..5, 1..3], axis in 0_usize..2) {
        let weight = constant(seed, &shape);
        let operator = WeightOperator::Matrix { axis };
        let norm = SpectralNorm::new(&weight, SpectralNormOptions::new(operator)).unwrap();
        prop_assert!(close(norm.sigma(&weight).item(), largest(&operator, &weight), 1e-13));
    }

    #[test]
    fn of_a_convolution_it_is_that_of_the_map(seed: u64, (operator, shape) in convolution()) {
        let weight = constant(seed, &shape);
        let norm = SpectralNorm::new(&weight, SpectralNormOptions::new(operator)).unwrap();
        let (sigma, want) = (norm.sigma(&weight).item(), largest(&operator, &weight));
        prop_assert!(sigma <= want * (1.0 + 1e-12) && close(sigma, want, 1e-9), "{} for {}", sigma, want);
    }

    #[test]
    fn the_adjoint_is_the_adjoint(seed: u64, (operator, shape) in convolution()) {
        let weight = constant(seed, &shape);
        let [u, v] = operator.shapes(&shape).unwrap();
        let (u, v) = (constant(seed / 3, &u), constant(seed / 5, &v));
        let (forward, back) = (operator.apply(&weight, &v), operator.adjoint(&weight, &u));
        prop_assert_eq!((forward.shape(), back.shape()), (u.shape(), v.shape()));
        prop_assert!(close((forward * u).sum().item(), (back * v).sum().item(), 1e-12));
    }

    #[test]
    fn gradients_with_constant_vectors(seed: u64, (operator, shape) in convolution(), matrix: bool) {
        let operator = if matrix { WeightOperator::LINEAR } else { operator };
        let weight = normal(seed, &shape);
        let options = SpectralNormOptions { lipschitz: 2.0, ..SpectralNormOptions::new(operator) };
        let norm = SpectralNorm::new(&Tensor::constant(weight.clone()), options).unwrap();
        // The differences move the weight by about as much as its elements are.
        prop_assume!(norm.sigma(&Tensor::constant(weight.clone())).item() > 1.0);
        prop_assert_eq!(gradients(&[weight], |w| norm.weight(&w[0], &Context::evaluate())), Ok(()));
    }

    /// With the singular vectors, the slope of `u' A v` is that of the largest singular value.
    #[test]
    fn the_first_gradient_is_that_of_the_norm(seed: u64) {
        let weight = normal(seed, &[4, 3]);
        let s = linalg::singular_values(weight.view().into_dimensionality().unwrap()).unwrap();
        prop_assume!(s[0] - s[1] > 0.05);
        let options = SpectralNormOptions::new(WeightOperator::LINEAR);
        let variable = Tensor::variable(weight.clone());
        let norm = SpectralNorm::new(&variable, options).unwrap();
        let direction = constant(seed / 3, &[4, 3]);
        let slope = latent_tensor::grad(&[norm.sigma(&variable)], &[variable], Default::default()).remove(0);
        let at = |t: f64| {
            let moved = Tensor::constant(weight.clone()) + &direction * t;
            largest(&WeightOperator::LINEAR, &moved)
        };
        let h = 1e-5;
        prop_assert!(close((slope * &direction).sum().item(), (at(h) - at(-h)) / (2.0 * h), 1e-6));
    }

    #[test]
    fn training_follows_the_weight_and_evaluation_changes_nothing(seed: u64, m in 2_usize..5, n in 2_usize..5) {
        let mut weight = Weight::new(normal(seed, &[m, n]));
        SpectralNorm::apply(&mut weight, SpectralNormOptions::new(WeightOperator::LINEAR)).unwrap();
        let model = Layer { weight };
        let vectors = || model.states().iter().map(|(_, state)| state.tensor().to_array()).collect::<Vec<_>>();
        let other = normal(seed / 3, &[m, n]);
        let s = linalg::singular_values(other.view().into_dimensionality().unwrap()).unwrap();
        prop_assume!(s[1] < 0.9 * s[0]);
        model.weight.original.set(other).unwrap();
        let first = vectors();
        let evaluated = model.weight.tensor(&Context::evaluate()).to_array();
        prop_assert_eq!(&vectors(), &first);
        prop_assert_eq!(model.weight.tensor(&Context::evaluate()).to_array(), evaluated);
        for _ in 0..300 {
            let _ = model.weight.tensor(&train());
        }
        prop_assert!(vectors() != first);
        let norm = largest(&WeightOperator::LINEAR, &model.weight.tensor(&Context::evaluate()));
        prop_assert!(close(norm, 1.0, 1e-9), "{}", norm);
    }

    #[test]
    fn a_normalised_network_is_lipschitz(seed: u64, lipschitz in 0.5_f64..2.0) {
        let layer = |seed: u64, shape: &[usize], operator| {
            let mut weight = Weight::new(normal(seed, shape));
            let options = SpectralNormOptions { lipschitz, ..SpectralNormOptions::new(operator) };
            SpectralNorm::apply(&mut weight, options).unwrap();
            weight.tensor(&Context::evaluate())
        };
        let first = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let second = ConvTranspose2dOptions { stride: [2, 2], ..Default::default() };
        let w = [
            layer(seed, &[3, 2, 3, 3], WeightOperator::Conv2d { options: first, input: [6, 6] }),
            layer(seed / 3, &[3, 2, 2, 2], WeightOperator::ConvTranspose2d { options: second, input: [3, 3] }),
            layer(seed / 5, &[4, 72], WeightOperator::LINEAR),
        ];
        let f = |x: &Tensor<f64>| {
            let h = x.conv2d(&w[0], None, first).leaky_relu(0.2).conv_transpose2d(&w[1], None, second).relu();
            h.reshape(&[1, 72]).matmul(&w[2].transpose())
        };
        let norm = |x: Tensor<f64>| x.square().sum().item().sqrt();
        for k in 0..4 {
            let (x, y) = (constant(seed ^ k, &[1, 2, 6, 6]), constant(seed ^ (k + 7), &[1, 2, 6, 6]));
            prop_assert!(norm(f(&x) - f(&y)) <= lipschitz.powi(3) * norm(x - y) * (1.0 + 1e-9));
        }
    }
}

struct Layer {
    weight: Weight<f64>,
}

impl Module<f64> for Layer {
    fn kind(&self) -> &'static str {
        "layer"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, f64>) {
        self.weight.visit("weight", visitor);
    }
}

#[test]
fn large_weights_are_right_before_the_first_step() {
    let weight = constant(1, &[60, 90]);
    let norm = SpectralNorm::new(&weight, SpectralNormOptions::new(WeightOperator::LINEAR)).unwrap();
    let used = norm.weight(&weight, &train());
    assert!(close(largest(&WeightOperator::LINEAR, &used), 1.0, 1e-12));
    // The usual fifteen power iterations from random vectors are not enough for that.
    let operator =
        WeightOperator::Conv2d { options: Conv2dOptions { padding: [1, 1], ..Default::default() }, input: [10, 10] };
    let weight = constant(2, &[3, 2, 3, 3]);
    let norm = SpectralNorm::new(&weight, SpectralNormOptions::new(operator)).unwrap();
    let used = norm.weight(&weight, &Context::evaluate());
    assert!(close(largest(&operator, &used), 1.0, 1e-9));
}

#[test]
fn a_weight_of_zeros_stays_finite_and_keeps_the_vectors() {
    let weight = Parameter::new(normal(1, &[2, 3]));
    let norm = SpectralNorm::new(&weight.tensor(), SpectralNormOptions::new(WeightOperator::LINEAR)).unwrap();
    let before = [norm.u.tensor(), norm.v.tensor()];
    weight.elements().fill(0.0);
    let used = norm.weight(&weight.tensor(), &train());
    assert_eq!(used.to_array(), Array2::<f64>::zeros((2, 3)).into_dyn());
    weight.elements().fill(f64::NAN);
    let _ = norm.weight(&weight.tensor(), &train());
    assert_eq!(distance(&norm.u.tensor(), &before[0]) + distance(&norm.v.tensor(), &before[1]), 0.0);
    // And such a weight can be given first.
    let zeros = Tensor::<f64>::zeros(&[2, 3]);
    for operator in [WeightOperator::LINEAR, WeightOperator::Matrix { axis: 1 }] {
        let norm = SpectralNorm::new(&zeros, SpectralNormOptions::new(operator)).unwrap();
        assert!(norm.sigma(&constant(1, &[2, 3])).item() != 0.0);
    }
}

#[test]
fn settings_that_cannot_be() {
    let error = |weight: &Tensor<f64>, options| SpectralNorm::new(weight, options).unwrap_err().to_string();
    let weight = Tensor::ones(&[2, 3]);
    let linear = SpectralNormOptions::new(WeightOperator::LINEAR);
    assert_eq!(
        error(&weight, SpectralNormOptions { lipschitz: 0.0, ..linear }),
        "spectral_norm: a Lipschitz constant of 0, where a positive one was expected"
    );
    assert_eq!(error(&(&weight * f64::NAN), linear), "spectral_norm: a weight with the element NaN");
    assert_eq!(error(&Tensor::zeros(&[0, 3]), linear), "spectral_norm: a weight of shape [0, 3] has no elements");
    let input = [2, 8];
    let conv = SpectralNormOptions::new(WeightOperator::Conv2d { options: Conv2dOptions::default(), input });
    assert!(error(&Tensor::ones(&[2, 3, 3, 3]), conv).contains("is none of a convolution of [2, 8] pixels"));
    let options = ConvTranspose2dOptions { output_padding: [1, 0], ..Default::default() };
    let conv = SpectralNormOptions::new(WeightOperator::ConvTranspose2d { options, input });
    assert!(error(&Tensor::ones(&[2, 3, 3, 3]), conv).contains("is none of a transposed convolution"));
    let norm = SpectralNorm::new(&weight, linear).unwrap();
    let error = norm.settle(&Tensor::ones(&[3, 2])).unwrap_err().to_string();
    assert!(error.contains("vectors of shapes [2] and [3]") && error.contains("[3, 2]"), "{error}");
}

/// In other units, by a power of two, the vectors have the same bits, however small the weights are.
#[test]
fn units_do_not_matter() {
    let conv = WeightOperator::Conv2d { options: Conv2dOptions::default(), input: [5, 5] };
    for (operator, shape) in [(WeightOperator::LINEAR, vec![6, 4]), (conv, vec![3, 2, 2, 2])] {
        let drawn = normal(3, &shape).mapv(|x| x as f32);
        let of = |power: i32| {
            let unit = 2.0_f32.powi(power);
            let weight = Tensor::constant(drawn.mapv(|x| x * unit));
            let norm = SpectralNorm::new(&weight, SpectralNormOptions::new(operator)).unwrap();
            let first = norm.sigma(&weight).item() / unit;
            // Away from the singular vectors, and back by power iterations.
            let ones = |state: &State<f32>| state.set(Tensor::ones(&state.shape()).array().clone()).unwrap();
            [&norm.u, &norm.v].into_iter().for_each(ones);
            let used = norm.weight(&weight, &train()).to_array();
            for _ in 0..50 {
                norm.weight(&weight, &train());
            }
            assert!((norm.sigma(&weight).item() / unit - first).abs() < 1e-4 * first, "2^{power}");
            (first.to_bits(), used.mapv(f32::to_bits))
        };
        let want = of(0);
        assert!([-100, -83, -40, 40, 80].into_iter().all(|power| of(power) == want), "{operator:?}");
    }
}
