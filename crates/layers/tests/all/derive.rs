//! Structs whose fields are their parts.

use latent_layers::{
    Activation, Context, Count, Layer, LayerError, Linear, LoadOptions, Module, Owned, Parameter, Sequential, State,
    Visitor, load_bytes, to_bytes,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{arr0, arr1};
use proptest::prelude::*;

/// Everything that a field can be.
#[derive(Module)]
#[module(kind = "all of it")]
struct Everything<E: Scalar, L> {
    encoder: Sequential<E>,
    list: Vec<Linear<E>>,
    pair: [L; 2],
    maybe: Option<Box<dyn Layer<E>>>,
    nothing: Option<Linear<E>>,
    #[module(name = "out_scale")]
    scale: Parameter<E>,
    biases: Vec<Option<Parameter<E>>>,
    mean: State<E>,
    seen: Count,
    #[module(owned)]
    own: Own<E>,
    #[module(flatten)]
    more: More<E>,
    #[module(skip)]
    smallest: f64,
}

/// What its name does not tell.
type Own<E> = Option<Parameter<E>>;

#[derive(Module)]
struct More<E: Scalar> {
    flat: Parameter<E>,
    r#type: Linear<E>,
}

#[derive(Module)]
struct Twice<L>(L, L);

#[derive(Module)]
#[module(scalar = f64)]
struct Double {
    linear: Linear<f64>,
}

#[derive(Module)]
struct Referring<'m, E>
where
    E: Scalar,
{
    other: &'m dyn Module<E>,
}

/// Over every number type.
#[derive(Module)]
struct HTTPLike;

fn everything<E: Scalar>(seed: u64, linear: &Linear<E>) -> Everything<E, &Linear<E>> {
    let stream = &mut Stream::new(seed, "initialisation", &[]);
    let scalar = |stream: &mut Stream| Parameter::new(arr0(stream.normal::<E>()));
    Everything {
        encoder: Sequential::new().then(Linear::new(3, 2, stream)).then(Activation::Relu),
        list: vec![Linear::new(2, 2, stream), Linear::new(2, 1, stream).without_bias()],
        pair: [linear, linear],
        maybe: Some(Box::new(Linear::new(1, 1, stream))),
        nothing: None,
        scale: scalar(stream),
        biases: vec![None, Some(Parameter::new(arr1(&[stream.normal::<E>()])))],
        mean: State::new(arr0(stream.normal::<E>())),
        seen: Count::new(seed % 1000),
        own: Some(scalar(stream)),
        more: More { flat: scalar(stream), r#type: Linear::new(1, 1, stream) },
        smallest: 0.5,
    }
}

fn paths<E: Scalar>(module: &dyn Module<E>) -> Vec<String> {
    Visitor::entries(module).into_iter().map(|entry| entry.path).collect()
}

#[test]
fn paths_and_order_are_those_of_the_fields() {
    let linear = Linear::<f64>::new(1, 1, &mut Stream::new(1, "initialisation", &[])).without_bias();
    let module = everything(1, &linear);
    assert_eq!((module.kind(), module.smallest), ("all of it", 0.5));
    let want = [
        "encoder.0.weight",
        "encoder.0.bias",
        "list.0.weight",
        "list.0.bias",
        "list.1.weight",
        "pair.0.weight",
        "pair.1.weight",
        "maybe.weight",
        "maybe.bias",
        "out_scale",
        "biases.1",
        "mean",
        "seen",
        "own",
        "flat",
        "type.weight",
        "type.bias",
    ];
    assert_eq!(paths(&module), want);
    let (kinds, counts) = (module.list.kind(), module.counts().len());
    assert_eq!((kinds, counts, module.states().len()), ("list", 1, 1));
}

#[test]
fn other_structs_are_modules_too() {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let twice = Twice(Linear::<f32>::new(1, 1, stream), Linear::new(1, 1, stream));
    assert_eq!(
        (twice.kind(), paths(&twice)),
        ("twice", ["0.weight", "0.bias", "1.weight", "1.bias"].map(String::from).into())
    );
    let double = Double { linear: Linear::new(1, 1, stream).without_bias() };
    assert_eq!(paths(&double), ["linear.weight"]);
    assert_eq!(paths(&Referring { other: &double }), ["other.linear.weight"]);
    assert_eq!(Module::<f32>::kind(&HTTPLike), Module::<f64>::kind(&HTTPLike));
    assert_eq!(Module::<f32>::kind(&HTTPLike), "http_like");
}

/// As a layer of one's own is written.
#[derive(Module)]
struct Scaled {
    linear: Linear,
    scale: Parameter,
}

impl Layer for Scaled {
    fn forward(&self, x: &Tensor, context: &mut Context) -> Result<Tensor, LayerError> {
        Ok(context.apply("linear", &self.linear, x)? * self.scale.tensor())
    }
}

#[test]
fn a_derived_layer_stands_in_a_network() {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let scaled = Scaled { linear: Linear::new(2, 2, stream), scale: Parameter::new(arr0(0.5)) };
    let network: Sequential = Sequential::new().then(scaled).then(Activation::Tanh);
    assert_eq!(paths(&network), ["0.linear.weight", "0.linear.bias", "0.scale"]);
    let error = network.forward(&Tensor::ones(&[1, 3]), &mut Context::evaluate()).unwrap_err().to_string();
    assert!(error.starts_with("0.linear: linear: expected"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn files_bring_back_every_part(first: u64, second: u64) {
        let linear = |seed| Linear::<f32>::new(1, 1, &mut Stream::new(seed, "other", &[])).without_bias();
        let (one, other) = (linear(first), linear(second));
        let (saved, loaded) = (everything(first, &one), everything(second, &other));
        load_bytes(&loaded, &to_bytes(&saved), LoadOptions::default()).unwrap();
        let values = |module: &Everything<f32, &Linear>| -> Vec<Vec<u8>> {
            Visitor::entries(module).into_iter().map(|entry| entry.slot.value().to_le_bytes()).collect()
        };
        // `pair` is one layer twice, and has the values of the second.
        prop_assert_eq!(values(&loaded), values(&saved));
    }
}

#[test]
fn what_is_owned_is_shown_under_its_name() {
    let owned: [Parameter<f64>; 2] = [1.0, 2.0].map(|value| Parameter::new(arr0(value)));
    let entries = Visitor::collect(|visitor| owned.show("w", visitor));
    assert_eq!(entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["w.0", "w.1"]);
}
