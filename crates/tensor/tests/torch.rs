//! Values and derivatives of order one and two against PyTorch's (`golden/torch_goldens.py`).

use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions, Interpolation, Pool2dOptions};
use latent_tensor::{Activation, GradOptions, Tensor, grad};
use ndarray::{ArrayD, IxDyn};
use serde_json::Value;
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden/torch.json")).expect("well-formed JSON"));

/// One of a case's arrays.
fn array(case: &str, name: &str) -> Option<ArrayD<f64>> {
    let entry = GOLDEN["cases"][case].get(name)?;
    let shape: Vec<usize> = entry["shape"].as_array()?.iter().map(|n| n.as_u64().expect("a length") as usize).collect();
    let data = entry["data"].as_array()?.iter().map(|x| x.as_f64().expect("a number")).collect();
    Some(ArrayD::from_shape_vec(IxDyn(&shape), data).expect("as many elements as the shape has"))
}

fn constant(case: &str, name: &str) -> Tensor<f64> {
    Tensor::constant(array(case, name).unwrap_or_else(|| panic!("{case} has no {name}")))
}

/// The arrays `prefix_0`, `prefix_1`, ... as variables.
fn variables(case: &str, prefix: &str) -> Vec<Tensor<f64>> {
    (0..).map_while(|k| array(case, &format!("{prefix}_{k}"))).map(Tensor::variable).collect()
}

#[track_caller]
fn assert_close(case: &str, name: &str, got: &Tensor<f64>) {
    let want = array(case, name).unwrap_or_else(|| panic!("{case} has no {name}"));
    assert_eq!(got.shape(), want.shape(), "{case}: {name}");
    for (i, (x, y)) in got.array().iter().zip(&want).enumerate() {
        assert!((x - y).abs() <= 1e-10 * (1.0 + y.abs()), "{case}: {name}[{i}] is {x}, PyTorch has {y}");
    }
}

/// Holds an operator's value, its gradients and the gradients of these against PyTorch's.
fn check(case: &str, f: impl Fn(&[Tensor<f64>]) -> Tensor<f64>) {
    let x = variables(case, "x");
    assert!(!x.is_empty(), "{case} is not among the golden values");
    let y = f(&x);
    assert_close(case, "value", &y);
    let first = grad(&[(y * constant(case, "cotangent")).sum()], &x, GradOptions::create_graph());
    let mut slope = Tensor::scalar(0.0);
    for (k, g) in first.iter().enumerate() {
        assert_close(case, &format!("first_{k}"), g);
        slope = slope + (g * constant(case, &format!("v_{k}"))).sum();
    }
    let second = if slope.is_tracked() {
        grad(&[slope], &x, GradOptions::default())
    } else {
        x.iter().map(|x| Tensor::zeros(x.shape())).collect()
    };
    for (k, g) in second.iter().enumerate() {
        assert_close(case, &format!("second_{k}"), g);
    }
}

/// `E[(||grad_x D(x)|| - 1)^2]` and its gradient with respect to the critic's parameters.
fn check_penalty(case: &str, critic: impl Fn(&Tensor<f64>, &[Tensor<f64>]) -> Tensor<f64>) {
    let parameters = variables(case, "parameter");
    let x = Tensor::variable(array(case, "x").expect("a case with x"));
    let g = grad(&[critic(&x, &parameters)], std::slice::from_ref(&x), GradOptions::create_graph()).remove(0);
    let rows = g.reshape(&[x.shape()[0], x.len() / x.shape()[0]]);
    let norms = (&rows * &rows).sum_axes(&[1], false).sqrt();
    let distance = &norms - &Tensor::scalar(1.0);
    let loss = (&distance * &distance).mean();
    assert_close(case, "loss", &loss);
    for (k, g) in grad(&[loss], &parameters, GradOptions::default()).iter().enumerate() {
        assert_close(case, &format!("gradient_{k}"), g);
    }
}

#[test]
fn elementwise() {
    check("gelu", |x| x[0].gelu());
    check("silu", |x| x[0].silu());
    check("elu", |x| x[0].elu(1.3));
    check("softplus", |x| x[0].softplus());
    check("sigmoid", |x| x[0].sigmoid());
    check("tanh", |x| x[0].tanh());
    check("erf", |x| x[0].erf());
    check("bce_with_logits", |x| x[0].bce_with_logits(&x[1]));
}

#[test]
fn reductions() {
    check("logsumexp", |x| x[0].logsumexp(&[0, 2], false));
    check("softmax", |x| x[0].softmax(1));
    check("log_softmax", |x| x[0].log_softmax(1));
    check("variance", |x| x[0].variance(&[1], 1, false));
    check("cumsum", |x| (&x[0] * &x[0]).cumsum(1));
    check("matmul", |x| x[0].matmul(&x[1]));
}

#[test]
fn normalisation() {
    check("layer_norm", |x| x[0].layer_norm(&[1, 2], Some(&x[1]), Some(&x[2]), 1e-5));
    check("batch_norm", |x| x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0);
    check("instance_norm", |x| x[0].instance_norm(None, None, 1e-5));
}

#[test]
fn convolution() {
    let options = Conv2dOptions { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 };
    check("conv2d", |x| x[0].conv2d(&x[1], None, options));
    let options = ConvTranspose2dOptions {
        stride: [2, 2],
        padding: [1, 1],
        output_padding: [1, 1],
        groups: 2,
        ..ConvTranspose2dOptions::default()
    };
    check("conv_transpose2d", |x| x[0].conv_transpose2d(&x[1], None, options));
}

#[test]
fn gradient_penalties() {
    check_penalty("mlp_gradient_penalty", |x, p| {
        let hidden = (x.matmul(&p[0]) + &p[1]).leaky_relu(0.2);
        (hidden.matmul(&p[2]) + &p[3]).leaky_relu(0.2).matmul(&p[4])
    });
    check_penalty("conv_gradient_penalty", |x, p| {
        let first = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Conv2dOptions::default() };
        let second = Conv2dOptions { padding: [1, 1], ..Conv2dOptions::default() };
        let hidden = x.conv2d(&p[0], None, first).leaky_relu(0.2).conv2d(&p[1], None, second).leaky_relu(0.2);
        hidden.reshape(&[x.shape()[0], 24]).matmul(&p[2])
    });
    check_penalty("smooth_gradient_penalty", |x, p| (x.matmul(&p[0]) + &p[1]).tanh().matmul(&p[2]));
}

#[test]
fn pooling_and_resizing() {
    let max = Pool2dOptions { kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
    check("max_pool2d", |x| x[0].max_pool2d(max));
    let average = Pool2dOptions { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
    check("avg_pool2d", |x| x[0].avg_pool2d(average));
    check("bilinear", |x| x[0].resize2d([7, 5], Interpolation::Bilinear));
}

#[test]
fn recurrence() {
    check("gru_cell", |x| x[0].gru_cell(&x[1], [&x[2], &x[3]], [Some(&x[4]), Some(&x[5])]));
    check("lstm_cell", |x| {
        let (h, c) = x[0].lstm_cell([&x[1], &x[2]], [&x[3], &x[4]], [Some(&x[5]), Some(&x[6])]);
        Tensor::concatenate(&[h, c], 1)
    });
    check("gru", |x| x[0].gru(&x[1], [&x[2], &x[3]], [Some(&x[4]), Some(&x[5])]));
    check("lstm", |x| x[0].lstm([&x[1], &x[2]], [&x[3], &x[4]], [Some(&x[5]), Some(&x[6])]).0);
    check("linear", |x| x[0].linear(&x[1], Some(&x[2]), Activation::LeakyRelu(0.2)));
}

#[test]
fn positive_definite_matrices() {
    let spd = |m: &Tensor<f64>| m.matmul(&m.transpose()) + Tensor::constant(ndarray::Array2::eye(4));
    check("cholesky", |x| spd(&x[0]).cholesky().expect("positive definite"));
    check("log_determinant", |x| spd(&x[0]).log_determinant().expect("positive definite"));
}
