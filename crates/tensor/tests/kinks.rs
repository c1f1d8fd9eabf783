//! The slopes at kinks, and the table of all of them.

use latent_tensor::ops::Pool2dOptions;
use latent_tensor::{Activation, GradOptions, Tensor, grad};
use ndarray::{ArrayD, IxDyn, arr0, array};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A function at a point where it has a kink.
struct Kink {
    operator: &'static str,
    place: &'static str,
    at: Vec<ArrayD<f64>>,
    f: fn(&[Tensor<f64>]) -> Tensor<f64>,
    /// By each element of each input.
    slopes: Vec<f64>,
}

fn of_one(
    operator: &'static str,
    place: &'static str,
    at: f64,
    slope: f64,
    f: fn(&[Tensor<f64>]) -> Tensor<f64>,
) -> Kink {
    Kink { operator, place, at: vec![arr0(at).into_dyn()], f, slopes: vec![slope] }
}

fn of_two(
    operator: &'static str,
    place: &'static str,
    at: [f64; 2],
    slopes: [f64; 2],
    f: fn(&[Tensor<f64>]) -> Tensor<f64>,
) -> Kink {
    Kink { operator, place, at: at.map(|x| arr0(x).into_dyn()).to_vec(), f, slopes: slopes.to_vec() }
}

fn of_row(operator: &'static str, place: &'static str, slopes: [f64; 3], f: fn(&[Tensor<f64>]) -> Tensor<f64>) -> Kink {
    let sign = if operator.starts_with("min") { -1.0 } else { 1.0 };
    Kink { operator, place, at: vec![array![sign, sign * 3.0, sign * 3.0].into_dyn()], f, slopes: slopes.to_vec() }
}

fn linear(x: &Tensor<f64>, activation: Activation<f64>) -> Tensor<f64> {
    x.reshape(&[1, 1]).linear(&Tensor::ones(&[1, 1]), None, activation).sum()
}

fn kinks() -> Vec<Kink> {
    vec![
        of_one("abs", "0", 0.0, 0.0, |x| x[0].abs()),
        of_one("sign", "0", 0.0, 0.0, |x| x[0].sign()),
        of_one("relu", "0", 0.0, 0.0, |x| x[0].relu()),
        of_one("linear with relu", "0", 0.0, 0.0, |x| linear(&x[0], Activation::Relu)),
        of_one("leaky_relu, factor 0.1", "0", 0.0, 0.1, |x| x[0].leaky_relu(0.1)),
        of_one("linear with leaky_relu, factor 0.1", "0", 0.0, 0.1, |x| linear(&x[0], Activation::LeakyRelu(0.1))),
        of_one("elu, factor 0.5", "0", 0.0, 0.5, |x| x[0].elu(0.5)),
        of_one("clamp to [-1, 2]", "-1", -1.0, 0.0, |x| x[0].clamp(-1.0, 2.0)),
        of_one("clamp to [-1, 2]", "2", 2.0, 0.0, |x| x[0].clamp(-1.0, 2.0)),
        of_one("clamp to [0, inf)", "0", 0.0, 0.0, |x| x[0].clamp(0.0, f64::INFINITY)),
        of_two("soft_threshold by x and t", "x = t = 1", [1.0, 1.0], [0.0, 0.0], |x| x[0].soft_threshold_with(&x[1])),
        of_two("soft_threshold by x and t", "x = -1, t = 1", [-1.0, 1.0], [0.0, 0.0], |x| {
            x[0].soft_threshold_with(&x[1])
        }),
        of_two("maximum by a and b", "a = b", [1.5, 1.5], [0.5, 0.5], |x| x[0].maximum(&x[1])),
        of_two("minimum by a and b", "a = b", [1.5, 1.5], [0.5, 0.5], |x| x[0].minimum(&x[1])),
        of_row("max_axes", "(1, 3, 3)", [0.0, 1.0, 0.0], |x| x[0].max_axes(&[0], false)),
        of_row("min_axes", "(-1, -3, -3)", [0.0, 1.0, 0.0], |x| x[0].min_axes(&[0], false)),
        of_row("max_pool2d", "(1, 3, 3)", [0.0, 1.0, 0.0], |x| {
            x[0].reshape(&[1, 1, 1, 3]).max_pool2d(Pool2dOptions::new([1, 3])).sum()
        }),
        Kink {
            operator: "norm",
            place: "(0, 0)",
            at: vec![ArrayD::zeros(IxDyn(&[2]))],
            f: |x| x[0].norm(&[0], false),
            slopes: vec![0.0, 0.0],
        },
        of_two("where_(a > b, a, b) by a and b", "a = b", [1.5, 1.5], [0.0, 1.0], |x| {
            x[0].gt(&x[1]).where_(&x[0], &x[1])
        }),
        of_one("bce_with_logits, target 1", "0", 0.0, -0.5, |x| x[0].bce_with_logits(&Tensor::ones(&[]))),
    ]
}

fn slopes(kink: &Kink, options: GradOptions<f64>) -> Vec<f64> {
    let x: Vec<Tensor<f64>> = kink.at.iter().map(|x| Tensor::variable(x.clone())).collect();
    grad(&[(kink.f)(&x)], &x, options).iter().flat_map(Tensor::to_array).collect()
}

#[test]
fn slopes_are_those_of_the_table() {
    for kink in kinks() {
        let name = format!("{} at {}", kink.operator, kink.place);
        assert_eq!(slopes(&kink, GradOptions::default()), kink.slopes, "{name}");
        // What is recorded takes another path.
        assert_eq!(slopes(&kink, GradOptions::create_graph()), kink.slopes, "{name}, recorded");
    }
}

/// Along each element, where the function does not jump, the slope is none that neither side has.
#[test]
fn slopes_are_between_those_on_either_side() {
    const STEP: f64 = 1e-6;
    for kink in kinks() {
        let value = |input: usize, element: usize, step: f64| {
            let mut at = kink.at.clone();
            *at[input].iter_mut().nth(element).expect("an element") += step;
            (kink.f)(&at.into_iter().map(Tensor::constant).collect::<Vec<_>>()).item()
        };
        let elements =
            kink.at.iter().enumerate().flat_map(|(input, x)| (0..x.len()).map(move |element| (input, element)));
        for ((input, element), slope) in elements.zip(&kink.slopes) {
            let [below, here, above] = [-STEP, 0.0, STEP].map(|step| value(input, element, step));
            if (above - here).abs().max((below - here).abs()) > 0.1 {
                assert_eq!(*slope, 0.0, "{}: a jump has no slope", kink.operator);
                continue;
            }
            let (left, right) = ((here - below) / STEP, (above - here) / STEP);
            let inside = left.min(right) - 1e-5 <= *slope && *slope <= left.max(right) + 1e-5;
            assert!(inside, "{} at {}: {slope} between {left} and {right}", kink.operator, kink.place);
        }
    }
}

#[test]
fn the_table_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/autodiff.md");
    let page = fs::read_to_string(&path).expect("docs/autodiff.md");
    let (before, rest) = page.split_once("<!-- kinks -->\n").expect("the table begins");
    let (_, after) = rest.split_once("<!-- /kinks -->").expect("the table ends");
    let new = format!("{before}<!-- kinks -->\n{}<!-- /kinks -->{after}", table());
    if std::env::var_os("LATENT_UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, &new).expect("docs/autodiff.md can be written");
    } else {
        assert!(page == new, "the kinks in docs/autodiff.md are others: rewrite them with LATENT_UPDATE_DOCS=1");
    }
}

fn table() -> String {
    let mut table = "| operator | kink at | slope there |\n|---|---|---|\n".to_owned();
    for kink in kinks() {
        let slopes: Vec<String> =
            slopes(&kink, GradOptions::default()).iter().map(|slope| (slope + 0.0).to_string()).collect();
        writeln!(table, "| {} | {} | {} |", kink.operator, kink.place, slopes.join(", ")).expect("a string");
    }
    table
}
