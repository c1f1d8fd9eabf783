//! Convolutional encoders and decoders that are trained together.

use approx::assert_abs_diff_eq;
use latent_layers::{Context, Layer, Module};
use latent_numeric::random::Stream;
use latent_optim::{Adam, Algorithm};
use latent_sparse::Dictionary;
use latent_sparse::lasso::{CoordinateDescent, Lasso, LassoParams, Stop};
use latent_sparse::lista::{
    ConvEncoder, ConvEncoderParams, ConvLista, ConvListaParams, ConvPredictiveDecomposition, Nonlinearity,
};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{Array1, Array2, Array4, Axis, concatenate};
use proptest::prelude::*;

const LAMBDA: f64 = 0.2;

fn params(nonlinearity: Nonlinearity) -> ConvEncoderParams<f64> {
    ConvEncoderParams { nonlinearity, lambda: LAMBDA, step_size: 0.1 }
}

type Learner = ConvPredictiveDecomposition<ConvEncoder<f64>, f64>;

fn learner(filters: &Array4<f64>, alpha: f64) -> Learner {
    let encoder = ConvEncoder::new(filters.clone(), params(Nonlinearity::Tanh)).unwrap();
    ConvPredictiveDecomposition::new(encoder, filters.clone(), LAMBDA, alpha).unwrap()
}

/// The matrix whose columns are filters of norm 1 in all their places.
fn matrix(learner: &Learner, image: (usize, usize)) -> Array2<f64> {
    let filters = learner.filters().unwrap().into_array();
    let (maps, channels, h, w) = filters.dim();
    let places = (image.0 + h - 1, image.1 + w - 1);
    let atoms = maps * places.0 * places.1;
    let lista = ConvListaParams { layers: 1, lambda: LAMBDA, step_size: 0.1, selection: None };
    let network = ConvLista::new(filters, lista).unwrap();
    let units = Tensor::constant(Array2::eye(atoms)).reshape(&[atoms, maps, places.0, places.1]);
    let columns = network.reconstruct(&units).unwrap().reshape(&[atoms, channels * image.0 * image.1]);
    columns.into_array::<ndarray::Ix2>().reversed_axes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_untrained_shrinkage_is_the_first_step_of_ista(
        seed: u64, maps in 1_usize..4, channels in 1_usize..3, kernel in (1_usize..4, 1_usize..4), image in (1_usize..6, 1_usize..6),
    ) {
        let mut stream = Stream::new(seed, "problem", &[]);
        let filters: Array4<f64> = stream.normal_array((maps, channels, kernel.0, kernel.1));
        let x = Tensor::constant(stream.normal_array::<f64, _, _>((2, channels, image.0, image.1)));
        let encoder = ConvEncoder::new(filters.clone(), params(Nonlinearity::Shrink)).unwrap();
        let ista = ConvListaParams { layers: 1, lambda: LAMBDA, step_size: 0.1, selection: None };
        let network = ConvLista::new(filters, ista).unwrap();
        let [codes, expected] = [&encoder as &dyn Layer<f64>, &network]
            .map(|layer| layer.forward(&x, &mut Context::evaluate()).unwrap().to_array());
        assert_abs_diff_eq!(codes, expected, epsilon = 1e-12);
        // The diagonal layer scales a map.
        encoder.parameters().into_iter().find(|(name, _)| name == "scale").unwrap().1.elements()[maps - 1] = -3.0;
        let scaled = encoder.forward(&x, &mut Context::evaluate()).unwrap().to_array();
        for (k, (map, before)) in scaled.axis_iter(Axis(1)).zip(codes.axis_iter(Axis(1))).enumerate() {
            let factor = if k == maps - 1 { -3.0 } else { 1.0 };
            prop_assert!(map.iter().zip(&before).all(|(a, b)| *a == factor * b));
        }
    }

    /// The lasso with the matrix `[D; sqrt(alpha) I]` and the sample `[y; sqrt(alpha) p]`.
    #[test]
    fn inference_finds_the_codes_of_least_energy(
        seed: u64, maps in 1_usize..3, channels in 1_usize..3, kernel in (1_usize..4, 1_usize..3), image in (2_usize..5, 2_usize..5),
        alpha in 0.05_f64..2.0,
    ) {
        let mut stream = Stream::new(seed, "problem", &[]);
        let learner = learner(&stream.normal_array((maps, channels, kernel.0, kernel.1)), alpha);
        let x: Array4<f64> = stream.normal_array((1, channels, image.0, image.1));
        let predicted: Array4<f64> = stream.normal_array((1, maps, image.0 + kernel.0 - 1, image.1 + kernel.1 - 1));
        let d = matrix(&learner, image);
        let flat = |array: &Array4<f64>| Array1::from_iter(array.iter().copied());
        let energy = |codes: &Array4<f64>| {
            let (z, p) = (flat(codes), flat(&predicted));
            let (error, change) = (flat(&x) - d.dot(&z), &z - &p);
            0.5 * error.dot(&error) + 0.5 * alpha * change.dot(&change) + LAMBDA * z.mapv(f64::abs).sum()
        };
        prop_assert_eq!(&learner.infer(x.view(), predicted.view(), 0).unwrap(), &predicted);
        let mut last = energy(&predicted);
        for iterations in [1, 2, 5, 20, 100] {
            let now = energy(&learner.infer(x.view(), predicted.view(), iterations).unwrap());
            prop_assert!(now <= last * (1.0 + 1e-12), "{now} after {last}");
            last = now;
        }
        let found = energy(&learner.infer(x.view(), predicted.view(), 4_000).unwrap());

        let atoms = d.ncols();
        let stacked = concatenate![Axis(0), d, Array2::from_diag_elem(atoms, alpha.sqrt())];
        let sample = concatenate![Axis(0), flat(&x), flat(&predicted) * alpha.sqrt()].insert_axis(Axis(0));
        let dictionary = Dictionary::new(stacked).unwrap();
        let lasso = Lasso::new(&dictionary, LassoParams::new(LAMBDA)).unwrap();
        let codes = lasso.solve(sample.view(), &CoordinateDescent, &Stop::gap(1e-12).max_iterations(100_000)).unwrap();
        let least = codes.certificates[0].objective();
        assert_abs_diff_eq!(found, least, epsilon = 1e-8 * (1.0 + least));
    }
}

/// Images of few filters: the energy falls, the encoder comes to say what is inferred, and filters keep their norm.
#[test]
fn training_lowers_the_energy_and_teaches_the_encoder() {
    let mut stream = Stream::new(3, "problem", &[]);
    let truth: Array4<f64> = stream.normal_array((3, 1, 3, 3));
    let lista = ConvListaParams { layers: 1, lambda: LAMBDA, step_size: 0.1, selection: None };
    let maps = Array4::from_shape_simple_fn((12, 3, 10, 10), || if stream.bernoulli(0.05) { 2.0 } else { 0.0 });
    let x = ConvLista::new(truth, lista).unwrap().reconstruct(&Tensor::constant(maps)).unwrap();
    let x: Array4<f64> = x.into_array();
    let learner = learner(&stream.normal_array((3, 1, 3, 3)), 1.0);
    let mut adam = Adam { learning_rate: 0.01, ..Adam::default() }.optimizer().unwrap();
    let mut step = || learner.step(x.view(), &mut Context::evaluate(), 40, &mut adam).unwrap();
    let first = step();
    for _ in 0..150 {
        step();
    }
    let last = step();
    assert!(last.total() < 0.8 * first.total(), "from {first:?} to {last:?}");
    assert!(last.prediction < 0.5 * first.prediction, "from {first:?} to {last:?}");
    for filter in learner.filters().unwrap().array().outer_iter() {
        assert_abs_diff_eq!(filter.iter().map(|d| d * d).sum::<f64>(), 1.0, epsilon = 1e-12);
    }
}

/// Atoms cannot become longer, so that no step is spent on it: gradients are along the sphere.
#[test]
fn gradients_of_decoders_have_no_radial_part() {
    let mut stream = Stream::new(4, "problem", &[]);
    let learner = learner(&stream.normal_array((3, 1, 3, 3)), 0.5);
    let x: Array4<f64> = stream.normal_array((2, 1, 7, 6));
    let loss = learner.loss(x.view(), &mut Context::evaluate(), 50).unwrap();
    assert_abs_diff_eq!(loss.total.item(), loss.energy.total(), epsilon = 1e-12);
    let (name, decoder) = learner.parameters().into_iter().last().unwrap();
    assert_eq!(name, "decoder");
    let gradient =
        grad(&[loss.total], &[decoder.tensor()], GradOptions::default()).remove(0).into_array::<ndarray::Ix4>();
    assert!(gradient.iter().any(|g| g.abs() > 0.1));
    for (g, d) in gradient.outer_iter().zip(learner.filters().unwrap().array().outer_iter()) {
        assert!((&g * &d).sum().abs() < 1e-12);
    }
}

fn filters() -> Array4<f64> {
    Array4::ones((2, 1, 3, 2))
}

#[test]
fn bad_input() {
    let encoder = |params| ConvEncoder::new(filters(), params).unwrap_err().to_string();
    let tanh = params(Nonlinearity::Tanh);
    assert_eq!(
        encoder(ConvEncoderParams { lambda: f64::NAN, ..tanh }),
        "lambda is NaN, expected a finite number, at least 0"
    );
    assert_eq!(
        encoder(ConvEncoderParams { step_size: -1.0, ..tanh }),
        "the step size is -1, expected a finite number above 0"
    );
    assert!(ConvEncoder::new(Array4::<f64>::ones((0, 1, 3, 2)), tanh).is_err());
    let of = |decoder: Array4<f64>, alpha: f64| {
        let encoder = ConvEncoder::new(filters(), params(Nonlinearity::Tanh)).unwrap();
        let made = ConvPredictiveDecomposition::new(encoder, decoder, LAMBDA, alpha);
        made.err().map(|error| error.to_string())
    };
    assert_eq!(of(filters(), -1.0).unwrap(), "alpha is -1, expected a finite number, at least 0");
    assert_eq!(of(filters() * 0.0, 1.0).unwrap(), "the squared norm of a filter is 0, expected above 0");
    let learner = learner(&filters(), 1.0);
    let infer = |x: (usize, usize, usize, usize), p: (usize, usize, usize, usize)| {
        learner.infer(Array4::zeros(x).view(), Array4::zeros(p).view(), 1).unwrap_err().to_string()
    };
    assert!(infer((1, 2, 4, 4), (1, 2, 6, 5)).contains("the images"), "{}", infer((1, 2, 4, 4), (1, 2, 6, 5)));
    assert!(infer((1, 1, 4, 4), (1, 2, 4, 4)).contains("the predicted codes"));
    assert!(infer((1, 1, 0, 4), (1, 2, 2, 5)).contains("the images"));
    let before = learner.filters().unwrap().into_array();
    let (nan, mut adam) = (Array4::from_elem((1, 1, 4, 4), f64::NAN), Adam::default().optimizer().unwrap());
    let error = learner.step(nan.view(), &mut Context::evaluate(), 3, &mut adam);
    assert!(error.is_err());
    assert_eq!(learner.filters().unwrap().into_array(), before);
}
