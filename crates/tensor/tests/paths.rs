//! A gradient is the same whether it is recorded or not, also at zeros, infinities and NaN.

use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::ArrayD;

const NUMBERS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    0.5,
    -0.5,
    3.0,
    1e-300,
    -1e-300,
    1e300,
    -1e300,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

type Function = fn(&[Tensor<f64>]) -> Tensor<f64>;

/// Rules that compute large and small parts in another order may differ in the last places.
fn agree(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-14 * a.abs().max(b.abs())
}

fn compare(name: &str, f: Function, inputs: &[ArrayD<f64>], failures: &mut Vec<String>) {
    let x: Vec<Tensor<f64>> = inputs.iter().map(|x| Tensor::variable(x.clone())).collect();
    let slopes = |options| grad(&[f(&x)], &x, options);
    let pairs = slopes(GradOptions::default()).into_iter().zip(slopes(GradOptions::create_graph()));
    for (i, (plain, recorded)) in pairs.enumerate() {
        for (k, (&a, &b)) in plain.array().iter().zip(recorded.array()).enumerate() {
            if !agree(a, b) {
                let at: Vec<f64> = inputs.iter().map(|x| *x.iter().nth(k).expect("as many")).collect();
                failures.push(format!("{name} at {at:?} by input {i}: {a} plain, {b} recorded"));
            }
        }
    }
}

#[test]
fn recorded_or_not() {
    let unary: [(&str, Function); 24] = [
        ("abs", |x| x[0].abs()),
        ("clamp", |x| x[0].clamp(-1.0, 2.0)),
        ("elu", |x| x[0].elu(1.5)),
        ("erf", |x| x[0].erf()),
        ("exp", |x| x[0].exp()),
        ("gelu", |x| x[0].gelu()),
        ("leaky_relu", |x| x[0].leaky_relu(0.1)),
        ("ln", |x| x[0].ln()),
        ("powf 3", |x| x[0].powf(3.0)),
        ("powf -1", |x| x[0].powf(-1.0)),
        ("powf 0", |x| x[0].powf(0.0)),
        ("powf 0.5", |x| x[0].powf(0.5)),
        ("powf 1.7", |x| x[0].powf(1.7)),
        ("powf 1", |x| x[0].powf(1.0)),
        ("recip", |x| x[0].recip()),
        ("relu", |x| x[0].relu()),
        ("sigmoid", |x| x[0].sigmoid()),
        ("sign", |x| x[0].sign()),
        ("silu", |x| x[0].silu()),
        ("soft_threshold", |x| x[0].soft_threshold(1.0)),
        ("softplus", |x| x[0].softplus()),
        ("sqrt", |x| x[0].sqrt()),
        ("square", |x| x[0].square()),
        ("tanh", |x| x[0].tanh()),
    ];
    let binary: [(&str, Function); 9] = [
        ("add", |x| &x[0] + &x[1]),
        ("sub", |x| &x[0] - &x[1]),
        ("mul", |x| &x[0] * &x[1]),
        ("div", |x| &x[0] / &x[1]),
        ("pow", |x| x[0].pow(&x[1])),
        ("maximum", |x| x[0].maximum(&x[1])),
        ("minimum", |x| x[0].minimum(&x[1])),
        ("soft_threshold_with", |x| x[0].soft_threshold_with(&x[1].abs())),
        ("bce_with_logits", |x| x[0].bce_with_logits(&x[1].detach())),
    ];
    let mut failures = Vec::new();
    let numbers = ndarray::arr1(&NUMBERS).into_dyn();
    for (name, f) in unary {
        compare(name, f, std::slice::from_ref(&numbers), &mut failures);
    }
    let pair = |pick: fn(usize) -> usize| ndarray::Array1::from_shape_fn(256, |i| NUMBERS[pick(i)]).into_dyn();
    for (name, f) in binary {
        compare(name, f, &[pair(|i| i / 16), pair(|i| i % 16)], &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
