//! Regularisers and their derivatives against PyTorch's (`golden/torch_regularizers.py`).

use latent_layers::{Activation, Context, Linear, Module, Sequential, Weight};
use latent_numeric::random::Stream;
use latent_regularizers::{
    AffineNetwork, ClassTables, ConditionalBatchNorm, GradientPenalty, Side, SpectralNorm, SpectralNormOptions,
    Vectors, WeightOperator, group_lasso, jacobian, latent_moment, off_diagonal_orthogonality, orthogonality, r1,
};
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{ArrayD, IxDyn};
use serde_json::Value;
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden/torch.json")).expect("well-formed JSON"));

/// One case of the golden values.
struct Case(&'static str);

impl Case {
    fn find(&self, name: &str) -> Option<ArrayD<f64>> {
        let entry = GOLDEN["cases"][self.0].get(name)?;
        let shape: Vec<usize> =
            entry["shape"].as_array()?.iter().map(|n| n.as_u64().expect("a length") as usize).collect();
        let data = entry["data"].as_array()?.iter().map(|x| x.as_f64().expect("a number")).collect();
        Some(ArrayD::from_shape_vec(IxDyn(&shape), data).expect("as many elements as the shape has"))
    }

    fn array(&self, name: &str) -> ArrayD<f64> {
        self.find(name).unwrap_or_else(|| panic!("{} has no {name}", self.0))
    }

    fn constant(&self, name: &str) -> Tensor<f64> {
        Tensor::constant(self.array(name))
    }

    fn variable(&self, name: &str) -> Tensor<f64> {
        Tensor::variable(self.array(name))
    }

    /// The arrays `prefix_0`, `prefix_1`, ...
    fn numbered(&self, prefix: &str) -> Vec<ArrayD<f64>> {
        (0..).map_while(|k| self.find(&format!("{prefix}_{k}"))).collect()
    }

    fn parameters(&self) -> Vec<Tensor<f64>> {
        self.numbered("parameter").into_iter().map(Tensor::variable).collect()
    }

    #[track_caller]
    fn close(&self, name: &str, got: &Tensor<f64>) {
        let want = self.array(name);
        assert_eq!(got.shape(), want.shape(), "{}: {name}", self.0);
        for (i, (x, y)) in got.array().iter().zip(&want).enumerate() {
            assert!((x - y).abs() <= 1e-10 * (1.0 + y.abs()), "{}: {name}[{i}] is {x}, PyTorch has {y}", self.0);
        }
    }

    /// The gradients of a loss with respect to these are `gradient_0`, `gradient_1`, ...
    #[track_caller]
    fn gradients(&self, loss: &Tensor<f64>, variables: &[Tensor<f64>]) {
        for (k, got) in grad(std::slice::from_ref(loss), variables, GradOptions::default()).iter().enumerate() {
            self.close(&format!("gradient_{k}"), got);
        }
    }
}

fn mlp(x: &Tensor<f64>, p: &[Tensor<f64>]) -> Tensor<f64> {
    let leaky = latent_tensor::Activation::LeakyRelu(0.2);
    x.linear(&p[0], Some(&p[1]), leaky).linear(&p[2], Some(&p[3]), leaky).linear(&p[4], None, Default::default())
}

fn conv(x: &Tensor<f64>, p: &[Tensor<f64>]) -> Tensor<f64> {
    let options = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
    let h = x.conv2d(&p[0], Some(&p[1]), options).leaky_relu(0.2);
    let h = h.conv2d(&p[2], Some(&p[3]), options).leaky_relu(0.2);
    h.reshape(&[x.shape()[0], 16]).linear(&p[4], None, Default::default())
}

#[test]
fn gradient_penalties_and_their_gradients() {
    let both = GradientPenalty { lambda: 10.0, center: 1.0, side: Side::Both };
    let above = GradientPenalty { side: Side::Above, ..both };
    let networks: [(_, fn(&Tensor<f64>, &[Tensor<f64>]) -> Tensor<f64>); 2] =
        [(["mlp_wgan_gp", "mlp_wgan_lp", "mlp_r1"], mlp), (["conv_wgan_gp", "conv_wgan_lp", "conv_r1"], conv)];
    for (names, critic) in networks {
        for (name, penalty) in names.into_iter().zip([Some(both), Some(above), None]) {
            let case = Case(name);
            let (x, p) = (case.constant("x"), case.parameters());
            let got = match penalty {
                Some(penalty) => penalty.at(|x| critic(x, &p), &x),
                None => r1(|x| critic(x, &p), &x, 10.0),
            };
            case.close("loss", &got.penalty);
            case.close("mean_norm", &Tensor::scalar(got.mean_norm));
            case.gradients(&got.penalty, &p);
        }
    }
}

#[test]
fn jacobian_penalty_and_its_gradients() {
    let case = Case("jacobian");
    let (x, p) = (case.constant("x"), case.parameters());
    let sigmoid = latent_tensor::Activation::Sigmoid;
    let tanh = latent_tensor::Activation::Tanh;
    let loss = jacobian(|x| x.linear(&p[0], Some(&p[1]), sigmoid).linear(&p[2], None, tanh), &x, 0.3);
    case.close("loss", &loss);
    case.gradients(&loss, &p);
}

/// Five steps of gradient descent from PyTorch's first vectors.
fn spectral(
    case: &Case,
    operator: WeightOperator,
    layer: impl Fn(&Tensor<f64>, &Tensor<f64>, &Tensor<f64>) -> Tensor<f64>,
) {
    let x = case.constant("x");
    let mut weight = Weight::new(case.array("original"));
    SpectralNorm::apply(&mut weight, SpectralNormOptions::new(operator)).unwrap();
    let module = Normalised { weight, bias: latent_layers::Parameter::new(case.array("bias")) };
    let state = |name: &str| {
        let states = module.states();
        let (_, state) = states.into_iter().find(|(path, _)| path == name).unwrap();
        state
    };
    let [u, v] = ["parametrizations.weight.0._u", "parametrizations.weight.0._v"].map(state);
    u.set(case.array("u")).unwrap();
    v.set(case.array("v")).unwrap();
    for step in 0..5 {
        let context = Context::train(Stream::new(0, "training", &[step]));
        let variables = module.variables();
        let weight = module.weight.tensor(&context);
        let y = layer(&x, &weight, &module.bias.tensor());
        let loss = y.square().mean() + y.mean();
        let gradients = grad(std::slice::from_ref(&loss), &variables, GradOptions::default());
        case.close(&format!("u_{step}"), &u.tensor());
        case.close(&format!("v_{step}"), &v.tensor());
        let original = module.weight.original.tensor();
        let sigma = original.array().first().unwrap() / weight.array().first().unwrap();
        case.close(&format!("sigma_{step}"), &Tensor::scalar(sigma));
        case.close(&format!("loss_{step}"), &loss);
        case.close(&format!("gradient_{step}"), &gradients[0]);
        for ((_, parameter), gradient) in module.parameters().iter().zip(&gradients) {
            parameter.elements().iter_mut().zip(gradient.array()).for_each(|(p, g)| *p -= 0.5 * g);
        }
    }
    case.close("original_5", &module.weight.original.tensor());
    let weight = module.weight.tensor(&Context::evaluate());
    case.close("evaluated", &layer(&x, &weight, &module.bias.tensor()));
}

struct Normalised {
    weight: Weight<f64>,
    bias: latent_layers::Parameter<f64>,
}

impl Module<f64> for Normalised {
    fn kind(&self) -> &'static str {
        "normalised"
    }

    fn visit<'a>(&'a self, visitor: &mut latent_layers::Visitor<'a, f64>) {
        self.weight.visit("weight", visitor);
        visitor.parameter("bias", &self.bias);
    }
}

#[test]
fn spectral_normalisation_over_five_steps() {
    spectral(&Case("spectral_linear"), WeightOperator::LINEAR, |x, w, b| x.linear(w, Some(b), Default::default()));
    let options = Conv2dOptions { padding: [1, 1], ..Default::default() };
    spectral(&Case("spectral_conv"), WeightOperator::LINEAR, |x, w, b| x.conv2d(w, Some(b), options));
    let options = ConvTranspose2dOptions { stride: [2, 2], ..Default::default() };
    let operator = WeightOperator::Matrix { axis: 1 };
    spectral(&Case("spectral_conv_transpose"), operator, |x, w, b| x.conv_transpose2d(w, Some(b), options));
}

#[test]
fn batch_normalisation_by_class() {
    for case in [Case("class_batch_norm"), Case("class_batch_norm_2d")] {
        let norm = ConditionalBatchNorm::new(ClassTables::new(4, 3));
        norm.affine.weight.set(case.array("weight")).unwrap();
        norm.affine.bias.set(case.array("bias")).unwrap();
        let classes: Vec<usize> = case.array("classes").iter().map(|&class| class as usize).collect();
        let x = case.variable("x");
        let y = norm.forward_with(&x, &classes, &mut Context::train(Stream::new(0, "training", &[]))).unwrap();
        case.close("y", &y);
        let variables = [x.clone(), norm.affine.weight.tensor(), norm.affine.bias.tensor()];
        let loss = (y.square() * case.constant("cotangent")).sum();
        let gradients = grad(&[loss], &variables, GradOptions::default());
        for (name, got) in ["gradient_x", "gradient_weight", "gradient_bias"].into_iter().zip(&gradients) {
            case.close(name, got);
        }
        case.close("running_mean", &norm.running_mean.tensor());
        case.close("running_var", &norm.running_var.tensor());
        case.close("evaluated", &norm.forward_with(&x, &classes, &mut Context::evaluate()).unwrap());
    }
}

#[test]
fn batch_normalisation_by_a_network() {
    let case = Case("network_batch_norm");
    let mut stream = Stream::new(0, "replaced", &[]);
    let network = Sequential::new().then(Linear::new(5, 7, &mut stream)).then(Activation::Relu).then(Linear::new(
        7,
        6,
        &mut stream,
    ));
    let norm = ConditionalBatchNorm::new(AffineNetwork::new(network, 3));
    let parameters = norm.parameters();
    for ((_, parameter), value) in parameters.iter().zip(case.numbered("parameter")) {
        parameter.set(value).unwrap();
    }
    let x = case.variable("x");
    let mut context = Context::train(Stream::new(0, "training", &[]));
    let y = norm.forward_with(&x, &case.constant("condition"), &mut context).unwrap();
    case.close("y", &y);
    let loss = (y * case.constant("cotangent")).sum();
    case.gradients(&loss, &norm.variables());
    case.close("gradient_x", &grad(&[loss], &[x], GradOptions::default())[0]);
}

#[test]
fn penalties_on_weights() {
    let check = |case: Case, penalty: fn(&Tensor<f64>) -> Tensor<f64>| {
        let w = case.variable("w");
        let loss = penalty(&w);
        case.close("loss", &loss);
        case.close("gradient", &grad(&[loss], &[w], GradOptions::default())[0]);
    };
    check(Case("orthogonality"), |w| orthogonality(w, 0.7, Vectors::Rows));
    check(Case("off_diagonal_orthogonality"), |w| off_diagonal_orthogonality(w, 0.7, Vectors::Fewer));
    check(Case("group_lasso"), |w| group_lasso(w, 0.7, 0));
    let case = Case("latent_moment");
    let (mu, log_var) = (case.variable("mu"), case.variable("log_var"));
    let loss = latent_moment(&mu, &log_var, 0.7);
    case.close("loss", &loss);
    let gradients = grad(&[loss], &[mu, log_var], GradOptions::default());
    case.close("gradient_mu", &gradients[0]);
    case.close("gradient_log_var", &gradients[1]);
}
